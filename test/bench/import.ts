import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Bench } from './benchmark.ts'
import { buildLibraries } from './libraries.ts'
import { measurePairs } from './measure.ts'
import { type Row, ratioRow } from './table.ts'

const run = promisify(execFile)
const most = 1.1

// Lambda has the modules of Node loaded before it loads a function. Loading waits for nothing but the
// processor, and its time is counted, because other programs do not change it.
const program = `
for (const name of require('node:module').builtinModules) {
  try { require(name) } catch {}
}
const before = process.cpuUsage()
require(process.argv[1])
const { user, system } = process.cpuUsage(before)
process.stdout.write(String((user + system) / 1000))
`

/** Processor time of loading each bundle in a new process, against loading its libraries alone. */
export async function importBundles({ quick, folder, bundles, say }: Bench) {
  const built = await bundles()
  const librariesOf = await buildLibraries(built, join(folder, 'libraries'))
  const rows: Row[] = []
  for (const name of built.names) {
    say(`import of ${name}`)
    const pairs = await measurePairs(quick ? 3 : 15, {
      measured: () => load(built.fileOf(name)),
      bare: () => load(librariesOf(name)),
    })
    rows.push(ratioRow(`import of ${name} / of its libraries (processor time)`, most, pairs))
  }
  return rows
}

async function load(file: string): Promise<number> {
  const { stdout } = await run(process.execPath, ['--no-warnings', '-e', program, file])
  return Number(stdout)
}
