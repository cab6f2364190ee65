import type { Metafile } from 'esbuild'
import type { Functions } from './definitions.ts'

/** One function's bundle against its limits. */
export interface BundleReport {
  readonly name: string
  readonly kind: BundleKind
  readonly kibibytes: number
  readonly limit: number
  /** Modules of the bundle that have no place in it. */
  readonly forbidden: readonly string[]
}

/** What a bundle may cost follows from what its function opens. */
export type BundleKind = keyof typeof limits

/** KiB of the minified file; a cold start reads all of it (aws.md 3.4). */
const limits = { health: 100, page: 150, read: 950, write: 1400, worker: 1800 } as const

/** Libraries that only the named functions carry: the host's key and the mail service are nobody else's. */
const hostWorkers = ['workers-run-host-tasks', 'workers-read-host-names']
const owners: Readonly<Record<string, readonly string[]>> = {
  'node_modules/node-ssh/': hostWorkers,
  'node_modules/ssh2/': hostWorkers,
  'node_modules/@aws-sdk/client-ses/': ['workers-run-post-tasks'],
}

/** Sizes and contents of all bundles, as the bundler tells them. */
export function bundleReports(functions: Functions, metafile: Metafile): readonly BundleReport[] {
  return Object.entries(functions).map(([name, { definition }]) => {
    const [path = ''] = Object.keys(metafile.outputs).filter((one) =>
      one.endsWith(`/${name}/index.cjs`),
    )
    const output = metafile.outputs[path]
    const kind = name === 'service-health' ? 'health' : kindOf(definition)
    return {
      name,
      kind,
      kibibytes: Math.ceil((output?.bytes ?? Number.POSITIVE_INFINITY) / 1024),
      limit: limits[kind],
      forbidden: Object.keys(output?.inputs ?? {}).filter((input) => isForbidden(input, name)),
    }
  })
}

/** Sentences about bundles that are too large or hold what they must not. */
export function bundleProblems(reports: readonly BundleReport[]): readonly string[] {
  return reports.flatMap(({ name, kibibytes, limit, forbidden }) => [
    ...(kibibytes > limit ? [`${name} has ${kibibytes} KiB, more than ${limit}.`] : []),
    ...forbidden.map((input) => `${name} must not hold ${input}.`),
  ])
}

/** The reports as lines of a table, largest first. */
export function bundleTable(reports: readonly BundleReport[]): string {
  const rows = [...reports]
    .sort((left, right) => right.kibibytes - left.kibibytes)
    .map(
      ({ name, kind, kibibytes, limit }) =>
        `${String(kibibytes).padStart(6)} of ${String(limit).padStart(5)} KiB  ${kind.padEnd(7)} ${name}`,
    )
  return rows.join('\n')
}

function kindOf(definition: Functions[string]['definition']): BundleKind {
  if ('trigger' in definition) return 'worker'
  if (definition.uses.doorbell) return 'write'
  return definition.uses.database ? 'read' : 'page'
}

function isForbidden(input: string, name: string): boolean {
  if (/^(infra|test)\//.test(input)) return true
  return Object.entries(owners).some(
    ([path, names]) => input.includes(path) && !names.includes(name),
  )
}
