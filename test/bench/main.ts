/**
 * `npm run bench`: how close Gatehouse is to the limit. Every figure is a ratio that is measured side by side
 * with the bare thing, on real parts. `--only NAME` (several times, or with commas) and `--quick` make it shorter.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Bench, Benchmark } from './benchmark.ts'
import { type Bundles, buildBundles } from './bundle.ts'
import { burst } from './burst.ts'
import { claim } from './claim.ts'
import { createUser } from './create-user.ts'
import { firstByte } from './first-byte.ts'
import { type BenchGatehouse, startGatehouse } from './gatehouse.ts'
import { hostTask } from './host-task.ts'
import { importBundles } from './import.ts'
import { login } from './login.ts'
import { memory } from './memory.ts'
import { type Options, readOptions } from './options.ts'
import { registration } from './registration.ts'
import { registrationLists } from './registration-lists.ts'
import { plainRow, type Row, toTable, unjudged } from './table.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  login,
  'create-user': createUser,
  burst,
  'host-task': hostTask,
  'first-byte': firstByte,
  claim,
  registration,
  'registration-lists': registrationLists,
  import: importBundles,
  memory,
}

type Endings = Array<() => Promise<unknown>>

interface Run {
  readonly folder: string
  readonly quick: boolean
  /** What every Gatehouse of this run said about itself. */
  readonly parts: Set<string>
  readonly endings: Endings
  /** How many programs wanted a core when the run began. */
  readonly loadBefore: number
  bundles?: Bundles
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), Object.keys(benchmarks))
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  const endings: Endings = [() => rm(folder, { recursive: true, force: true })]
  const { quick } = options
  const run: Run = { folder, quick, parts: new Set(), endings, loadBefore: load() }
  try {
    const rows = await Promise.race([runAll(run, options), interruption()])
    process.stdout.write(`\n${machine(run)}\n\n${toTable(quick ? rows.map(unjudged) : rows)}\n`)
  } finally {
    await run.bundles?.remove()
    await endAll(endings)
  }
}

async function runAll(run: Run, { names }: Options): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const name of names) {
    const began = performance.now()
    say(`${name} ...`)
    const endings: Endings = []
    run.endings.push(() => endAll(endings))
    rows.push(...(await runOne(name, benchFor(run, endings))))
    await endAll(endings)
    say(`${name}: ${Math.round((performance.now() - began) / 1000)} s`)
  }
  return rows
}

// The other figures are worth having all the same.
async function runOne(name: string, bench: Bench): Promise<readonly Row[]> {
  try {
    return (await benchmarks[name]?.(bench)) ?? []
  } catch (error) {
    process.exitCode = 1
    const reason = error instanceof Error ? error.message : String(error)
    return [plainRow(name, '', '', `failed: ${reason}`)]
  }
}

function benchFor(run: Run, endings: Endings): Bench {
  return {
    quick: run.quick,
    folder: run.folder,
    gatehouse: async () => {
      const gatehouse = await startGatehouse(run.folder)
      endings.push(() => gatehouse.stop())
      note(run, gatehouse)
      return gatehouse
    },
    bundles: async () => {
      run.bundles ??= await buildBundles()
      return run.bundles
    },
    say,
  }
}

function note({ parts }: Run, { database, host }: BenchGatehouse): void {
  parts.add(`Database: ${database}.`)
  parts.add(`SSH server: ${host.kind === 'openssh' ? "OpenSSH's sshd" : 'ssh2, in a process'}.`)
}

function load(): number {
  return loadavg()[0] ?? 0
}

function machine({ parts, quick, loadBefore }: Run): string {
  const memory = Math.round(totalmem() / 1024 ** 3)
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB`
  const hint = quick ? ['A quick run: too few rounds for figures to be quoted.'] : []
  const busy = `Load of the machine: ${loadBefore.toFixed(1)} before, ${load().toFixed(1)} after.`
  return [`Node ${process.version} on ${cores}.`, busy, ...parts, ...hint].join('\n')
}

async function endAll(endings: Endings): Promise<void> {
  for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end()
}

/** Fails when somebody presses Ctrl-C, so that everything is ended as after any other failure. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error('The benchmarks were interrupted.'))
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
process.exit()
