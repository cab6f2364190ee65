import { parseArgs } from 'node:util'
import { refuse } from './console.ts'

/** What an operator's command about one stage was given. */
export interface StageCommand {
  readonly stage: string
  readonly words: readonly string[]
  readonly flags: ReadonlySet<string>
}

/** Reads `WORDS --stage S --flags`; undefined for anything else, and nothing of it is repeated. */
export function readStageCommand(flags: readonly string[] = []): StageCommand | undefined {
  const switches = flags.map((flag) => [flag, { type: 'boolean' } as const] as const)
  const options = { ...Object.fromEntries(switches), stage: { type: 'string' } as const }
  try {
    const given = parseArgs({ allowPositionals: true, options })
    const values: Readonly<Record<string, unknown>> = given.values
    const stage = String(values['stage'] ?? '')
    if (!isStage(stage)) return undefined
    const on = flags.filter((flag) => values[flag] === true)
    return { stage, words: given.positionals, flags: new Set(on) }
  } catch {
    return undefined
  }
}

/** Whether a text can name a stage. */
export function isStage(text: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(text)
}

/** Runs a command to its end; what goes wrong is told in one sentence and never with a stack. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error))
  }
}
