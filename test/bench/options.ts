import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Names of the benchmarks to run. */
  readonly names: readonly string[]
  /** Few rounds: shows that everything runs, and no more than a hint of the figures. */
  readonly quick: boolean
}

/** Reads the command line; throws an error that names the benchmarks there are. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
    },
  })
  const wished = values.only.flatMap((text) => text.split(',')).map((name) => name.trim())
  const unknown = wished.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new Error(`No benchmark is called ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  }
  const names = wished.length > 0 ? known.filter((name) => wished.includes(name)) : known
  return { names, quick: values.quick }
}
