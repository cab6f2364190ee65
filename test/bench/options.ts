import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Names of the benchmarks to run. */
  readonly names: readonly string[]
  /** Few rounds: shows that everything runs, and no more than a hint of the figures. */
  readonly quick: boolean
}

const words = {
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean' },
} as const

/** Reads the command line; throws an error that names the benchmarks there are. */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const values = readWords(args, known)
  const wished = (values.only ?? []).flatMap((text) => text.split(',')).map((name) => name.trim())
  const unknown = wished.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new Error(`No benchmark is called ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  }
  const names = wished.length > 0 ? known.filter((name) => wished.includes(name)) : known
  return { names, quick: values.quick ?? false }
}

function readWords(args: readonly string[], known: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: words }).values
  } catch (error) {
    const usage = `npm run bench -- [--only ${known.join('|')}] [--quick]`
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
