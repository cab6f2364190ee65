/** `npm run soak -- --minutes 1 --seed 7`: random work and random faults, and the checker's verdict. Ends with 1 where it is bad. */
import { randomInt } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toMinutes, toReport } from './report.ts'
import { runSoak } from './soak.ts'

const options = {
  minutes: { type: 'string', default: '1' },
  seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
  record: { type: 'string' },
} as const
const values = readWords()
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 24 * 60)) refuse('--minutes is a number above 0.')
const { seed } = values
process.stdout.write(`Soaking for ${toMinutes(minutes)} with seed ${seed} ...\n`)
const interrupted = new Promise<never>((_, reject) => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => reject(new Error(`The soak was ended by ${name}.`)))
  }
})
interrupted.catch(() => undefined)
const result = await runSoak({ seed, minutes }, interrupted).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
process.stdout.write(`${toReport(result)}\n`)
const isBad = result.violations.length > 0
if (isBad || values.record !== undefined) {
  const path =
    values.record ?? join(await mkdtemp(join(tmpdir(), 'gatehouse-soak-')), 'record.json')
  await writeFile(path, JSON.stringify(result.record))
  process.stdout.write(`The record of this run: ${path}\n`)
}
if (isBad) process.stdout.write(`Again: npm run soak -- --minutes ${minutes} --seed ${seed}\n`)
process.exit(isBad ? 1 : 0)

function readWords() {
  try {
    return parseArgs({ options }).values
  } catch {
    return refuse('npm run soak -- [--minutes N] [--seed S] [--record FILE]')
  }
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  return process.exit(2)
}
