/** Judges the record of a run: `node test/checker/main.ts <record.json>`. Ends with 1 where an invariant is broken. */
import { readFile } from 'node:fs/promises'
import { check, invariants } from './check.ts'
import { runRecord } from './run-record.ts'

const [path] = process.argv.slice(2)
if (path === undefined) {
  process.stderr.write('Which record? node test/checker/main.ts <record.json>\n')
  process.exit(2)
}
const record = runRecord.parse(JSON.parse(await readFile(path, 'utf8')))
const violations = check(record)
const counts = `${record.tasks.length} tasks, ${record.effects.length} effects`
for (const violation of violations) process.stdout.write(`${violation}\n`)
const verdict = `${Object.keys(invariants).length} invariants, ${violations.length} violations`
process.stdout.write(`${verdict} (${counts})\n`)
process.exitCode = violations.length === 0 ? 0 : 1
