import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** The options of a command without other words; ends it with its usage where it was given anything else, or `--help`. */
export function readOptions<const Wanted extends Options>(options: Wanted, usage: string) {
  showHelp(usage)
  try {
    return parseArgs({ options }).values
  } catch {
    return refuseWords(usage)
  }
}

/** Ends a command with its usage where that is all it is asked for. */
export function showHelp(usage: string): void {
  if (!process.argv.includes('--help')) return
  console.log(usage)
  process.exit(0)
}

/** Ends a command that was given something else than it takes. */
export function refuseWords(usage: string): never {
  console.error(usage)
  return process.exit(2)
}
