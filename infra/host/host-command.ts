import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { isConsented, refuse } from '../console.ts'
import type { HostAnswer, HostRequest } from './installer-wire.ts'
import { type OperatorLine, openOperatorLine } from './operator-line.ts'

/** What an operator gave on the command line. */
export type HostWish = {
  readonly target: string
  readonly sshConfig: string | undefined
  readonly isAgreed: boolean
  readonly isDryRun: boolean
  /** Files of keys. */
  readonly keys: readonly string[]
  readonly domains: readonly string[]
  readonly from: string | null
  /** Whose settings and database are used. */
  readonly stage: string | undefined
}

/** How the target and its options are written. */
export const targetUsage = `user@host [--ssh-config FILE]

  --stage STAGE     whose MAIL_DOMAIN is used, and in whose database the host's password rules are kept

user is root or may use sudo there; its password for sudo is asked for, or read from standard input.
The line is your own: \`ssh\` with your configuration (or FILE) and your agent.`

/** Runs one of the three commands: reads the arguments, opens the line, words what goes wrong. */
export async function runHostCommand(
  usage: string,
  work: (line: OperatorLine, wish: HostWish) => Promise<void>,
): Promise<void> {
  const wish = readWish(process.argv.slice(2))
  if (wish === undefined) return refuse(usage)
  let line: OperatorLine | undefined
  try {
    line = await openOperatorLine(wish.target, wish.sshConfig)
    await work(line, wish)
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error))
  } finally {
    await line?.close()
  }
}

function readWish(args: readonly string[]): HostWish | undefined {
  const [text, texts, flag] = [
    { type: 'string' } as const,
    { type: 'string', multiple: true } as const,
    { type: 'boolean' } as const,
  ]
  const options = {
    ...{ yes: flag, key: texts, domain: texts, from: text, stage: text },
    ...{ 'ssh-config': text, 'dry-run': flag },
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
    const [target = '', ...more] = positionals
    if (!/^[\w[][\w.:@[\]%-]*$/.test(target) || more.length > 0) return undefined
    if (values.from !== undefined && !/^[\w.:*?,/!-]+$/.test(values.from)) return undefined
    return {
      target,
      sshConfig: values['ssh-config'],
      isAgreed: values.yes ?? false,
      isDryRun: values['dry-run'] ?? false,
      keys: values.key ?? [],
      domains: values.domain ?? [],
      from: values.from ?? null,
      stage: values.stage,
    }
  } catch {
    return undefined
  }
}

/** A request with everything in it that an installation needs. */
export async function newRequest(wish: Partial<HostRequest>): Promise<Omit<HostRequest, 'op'>> {
  const file = (name: string) => readFile(new URL(name, import.meta.url), 'utf8')
  const [gate, copying] = await Promise.all([file('gatehouse_gate.py'), file('COPYING')])
  return { gate, copying, keys: [], domains: [], from: null, steps: [], ...wish }
}

/** The answer, unless it is that nothing was done; then that is said. */
export function accept(answer: HostAnswer): HostAnswer | undefined {
  if (answer.refused === undefined && answer.failed === undefined) return answer
  // What failed says itself what is left of it.
  refuse(answer.failed ?? `${answer.refused}\nNothing was changed on the host.`)
  return undefined
}

/** Shows a plan; true when the operator agrees to it. */
export async function isAgreed(steps: readonly string[], wish: HostWish): Promise<boolean> {
  console.log(`On ${wish.target}:\n${steps.map((step) => `  - ${step}`).join('\n')}`)
  if (wish.isDryRun) return false
  return isConsented(wish.isAgreed)
}
