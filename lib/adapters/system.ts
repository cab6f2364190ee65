import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { once } from '../late.ts'
import type { Clock, Log, LogFields, Milestones, Random } from '../ports.ts'
import { adapter } from './adapter.ts'

const nothing = { settings: once(() => z.object({})), secrets: [], grants: [] }

/** The time of this machine. */
export const systemClock = adapter<Clock, object>({
  ...nothing,
  open: () => ({
    now: () => new Date(),
    sleep: (seconds) => setTimeout(seconds * 1000),
    every: (seconds, work) => {
      const stopping = new AbortController()
      void repeat(seconds, work, stopping.signal)
      return () => stopping.abort()
    },
  }),
})

// The next wait begins when the work has ended, so that slow runs never overlap.
async function repeat(
  seconds: number,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const isDue = () => setTimeout(seconds * 1000, true, { signal, ref: false }).catch(() => false)
  while (await isDue()) {
    // Nobody awaits these runs: an error that got here would end the process in the middle of other work.
    await work().catch(() => undefined)
  }
}

/** Bytes of the operating system's random number generator. */
export const systemRandom = adapter<Random, object>({
  ...nothing,
  open: () => ({ bytes: (length) => new Uint8Array(randomBytes(length)) }),
})

/** Nobody hears of milestones but tests, which put a listener of their own in this place. */
export const unheardMilestones = adapter<Milestones, object>({
  ...nothing,
  open: () => ({ reached: () => Promise.resolve() }),
})

/** One JSON document per event and line on standard output. */
export const jsonLog = adapter<Log, object>({
  ...nothing,
  open: () => ({
    info: (event, fields) => write('info', event, fields),
    error: (event, fields) => write('error', event, fields),
  }),
})

// Every field there is, with its most characters (T23). A key that is not here cannot get out.
const longest: Readonly<Record<keyof LogFields, number>> = {
  requestId: 512,
  family: 512,
  route: 512,
  method: 512,
  status: 512,
  code: 512,
  account: 512,
  taskId: 512,
  action: 512,
  lane: 512,
  resource: 512,
  step: 512,
  attempt: 512,
  outcome: 512,
  seconds: 512,
  waitSeconds: 512,
  runSeconds: 512,
  reason: 512,
  errorName: 512,
  errorText: 512,
  errorStack: 4096,
}

function write(level: string, event: string, fields: LogFields = {}): void {
  const given: Readonly<Record<string, unknown>> = { ...fields }
  const allowed = Object.entries(longest).map(([name, length]) => [
    name,
    plain(given[name], length),
  ])
  const line = { time: new Date().toISOString(), level, event: plain(event, 512) }
  process.stdout.write(`${oneLine({ ...line, ...Object.fromEntries(allowed) })}\n`)
}

function plain(value: unknown, length: number): string | number | undefined {
  if (typeof value === 'string') return value.slice(0, length)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

// JSON leaves DEL, C1 controls, line separators and invisible marks as they are; terminals and viewers act on them.
function oneLine(document: object): string {
  return JSON.stringify(document).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    found
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}
