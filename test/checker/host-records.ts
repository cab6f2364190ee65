/** What the stand-in host and the gate wrote down, with the task behind every line. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { RunRecord } from './run-record.ts'

const proof = z.object({ salt: z.string(), sha256: z.string() })
const seconds = z.number().transform((value) => value * 1000)

const ledgerLine = z.object({
  effect: z.string(),
  user: z.string().nullable(),
  pid: z.number(),
  session: z.number(),
  start: seconds,
  end: seconds,
  full_name: z.string().optional(),
  mail: z.string().optional(),
  password: proof.optional(),
})
const receivedLine = z.object({
  at: seconds,
  pid: z.number(),
  session: z.number(),
  args: z.array(z.unknown()),
})

/** The parts of a local host that tell of its past. */
export interface HostPast {
  readonly folder: string
  ledger(): Promise<unknown[]>
  received(): Promise<unknown[]>
}

const changing = /^user (create|update|delete|import|permission ldapsync)\b/

/** Effects and commands of a host; without one there were none. */
export async function readHost(
  host: HostPast | undefined,
): Promise<Pick<RunRecord, 'effects' | 'commands'>> {
  if (host === undefined) return { effects: [], commands: [] }
  const jobs = await readJobs(join(host.folder, 'gate-state', 'jobs'))
  const jobOf = (session: number) => jobs.get(session) ?? { taskId: null, step: null }
  const ledger = z.array(ledgerLine).parse(await host.ledger())
  const received = z.array(receivedLine).parse(await host.received())
  return {
    effects: ledger.map(
      ({ effect, user, pid, session, start, end, full_name, mail, password }) => ({
        ...{ name: effect, username: user, pid, startMs: start, endMs: end, ...jobOf(session) },
        ...(full_name === undefined ? {} : { fullName: full_name }),
        ...(mail === undefined ? {} : { mail }),
        ...(password === undefined ? {} : { password }),
      }),
    ),
    commands: received.map(({ at, pid, session, args }) => {
      const words = args.filter((one) => typeof one === 'string' && !one.startsWith('-'))
      const text = words.slice(0, 3).join(' ')
      return { atMs: at, pid, text, isRead: !changing.test(text), ...jobOf(session) }
    }),
  }
}

// Each job of the gate has a session of its own, which everything that it starts belongs to.
async function readJobs(folder: string) {
  const names = await readdir(folder).catch((): string[] => [])
  const jobs = new Map<number, { taskId: string; step: number }>()
  for (const name of names) {
    const [, taskId, step] = /^([\w-]{22})\.(\d+)$/.exec(name) ?? []
    const session = await readFile(join(folder, name, 'group.json'), 'utf8').catch(() => '')
    if (taskId === undefined || session === '') continue
    jobs.set(Number(session), { taskId, step: Number(step) })
  }
  return jobs
}
