/** What happens in a soak and when: everything is drawn from the seed before anything begins. */
import type { DiscordFault } from '../../infra/local/discord.ts'
import type { HostFault } from '../../infra/local/host.ts'
import type { Fault } from '../chaos/fault.ts'
import { newSeededRandom } from '../support/random.ts'
import { type Dice, newDice } from './dice.ts'

/** Places where a proxy stands. */
export const lineNames = ['host', 'database', 'queues', 'mail', 'discord', 'matrix'] as const

export type LineName = (typeof lineNames)[number]

/** What a person or a sign-up site does; `person` is a number, and the name follows from it. */
export type Operation =
  | { readonly kind: 'create'; readonly person: number }
  | { readonly kind: 'create_without_address'; readonly person: number }
  | { readonly kind: 'ask_again'; readonly person: number }
  | { readonly kind: 'request_reset'; readonly person: number }
  | { readonly kind: 'set_password'; readonly person: number; readonly password: string }
  | { readonly kind: 'update'; readonly person: number; readonly displayName: string }
  | { readonly kind: 'read_tasks'; readonly person: number }
  | { readonly kind: 'sign_in'; readonly person: number }
  | { readonly kind: 'wrong_password'; readonly person: number; readonly password: string }
  | { readonly kind: 'register'; readonly person: number }
  | {
      readonly kind: 'decide'
      readonly person: number
      readonly status: 'approved' | 'rejected'
    }
  | { readonly kind: 'pick'; readonly person: number }
  | { readonly kind: 'look'; readonly person: number }

/** What goes wrong, and for how long. */
export type Trouble =
  | {
      readonly kind: 'line'
      readonly line: LineName
      readonly fault: Fault
      readonly forMs: number
    }
  | { readonly kind: 'host'; readonly faults: readonly HostFault[]; readonly forMs: number }
  | { readonly kind: 'chat'; readonly fault: DiscordFault; readonly forMs: number }
  | { readonly kind: 'kill'; readonly worker: number; readonly forMs: number }
  | { readonly kind: 'messages'; readonly what: 'lose' | 'double' | 'reverse' | 'spoil' }

export type Step = { readonly atMs: number } & (Operation | Trouble)

const troubles: ReadonlySet<string> = new Set(['line', 'host', 'chat', 'kill', 'messages'])

/** Whether a step is something that goes wrong, not something that people do. */
export function isTrouble(step: Step): step is Extract<Step, Trouble> {
  return troubles.has(step.kind)
}

/** How many workers there are to be killed. */
export const workerCount = 2

const operationGapMs = [200, 1200] as const
const troubleGapMs = [300, 2200] as const
// Fair and foul weather take turns, a long fair one first: what is asked for has to get through, or nothing is tested.
const weatherMs = { firstFair: 15_000, fair: 9_000, all: 20_000 } as const

/** The steps of a soak in their order. */
export function newPlan(seed: string, minutes: number): readonly Step[] {
  const dice = newDice(newSeededRandom(seed))
  const endMs = minutes * 60_000
  return [...planOperations(dice, endMs), ...planTroubles(dice, endMs)].sort(
    (one, other) => one.atMs - other.atMs,
  )
}

const operationWeights = {
  ...{ create: 4, create_without_address: 1, ask_again: 1, request_reset: 3, set_password: 6 },
  ...{ update: 6, read_tasks: 8, sign_in: 1, wrong_password: 1 },
  ...{ register: 4, decide: 5, pick: 5, look: 3 },
} as const

const aboutRegistrations: ReadonlySet<string> = new Set(['register', 'decide', 'pick', 'look'])
const beginnings: ReadonlySet<string> = new Set(['create', 'create_without_address', 'register'])

// How far back somebody is about whom there is more to do; a registration takes few steps.
const mostEarlier = { account: 5, registration: 2 } as const

// Both ways to an account are gone to their end once in fair weather, whatever the dice say: one kill within a
// transaction can keep the host's lane for the rest of a minute.
const opening: readonly Step[] = [
  { atMs: 0, kind: 'create', person: 1 },
  { atMs: 0, kind: 'register', person: 1 },
  { atMs: 1000, kind: 'decide', person: 1, status: 'approved' },
  { atMs: 2000, kind: 'pick', person: 1 },
  { atMs: 2000, kind: 'set_password', person: 1, password: 'Soak-1-Linde-Anfang' },
  { atMs: 3000, kind: 'update', person: 1, displayName: 'Ida Nova Anfang' },
]

function planOperations(dice: Dice, endMs: number): readonly Step[] {
  const steps: Step[] = [...opening]
  const last = { account: 1, registration: 1 }
  for (let atMs = 0; ; ) {
    atMs += dice.between(...operationGapMs)
    if (atMs >= endMs) return steps
    const kind = dice.weigh(operationWeights)
    const whose = aboutRegistrations.has(kind) ? 'registration' : 'account'
    const isNew = beginnings.has(kind)
    if (isNew) last[whose] += 1
    // Whoever came last has most to do.
    const earlier = dice.between(0, mostEarlier[whose])
    const person = isNew ? last[whose] : Math.max(1, last[whose] - earlier)
    steps.push({ atMs, ...toOperation(dice, kind, person) })
  }
}

const decisions = ['approved', 'approved', 'approved', 'rejected'] as const

function toOperation(dice: Dice, kind: Operation['kind'], person: number): Operation {
  switch (kind) {
    case 'set_password':
    case 'wrong_password':
      return { kind, person, password: `Soak-${dice.between(1e6, 1e7)}-Linde-${person}` }
    case 'update':
      return { kind, person, displayName: `Ida Nova ${person} ${dice.between(1, 1e6)}` }
    case 'decide':
      return { kind, person, status: dice.pick(decisions) }
    default:
      return { kind, person }
  }
}

const troubleWeights = { line: 9, host: 5, chat: 1, kill: 3, messages: 3 } as const

function planTroubles(dice: Dice, endMs: number): readonly Step[] {
  const steps: Step[] = []
  const busyUntil = new Map<string, number>()
  for (let atMs = 0; ; ) {
    atMs += dice.between(...troubleGapMs)
    const trouble = toTrouble(dice, dice.weigh(troubleWeights))
    const place = placeOf(trouble)
    const forMs = 'forMs' in trouble ? trouble.forMs : 0
    if (atMs + forMs >= endMs) return steps
    // One place has one trouble at a time.
    if ((busyUntil.get(place) ?? 0) > atMs || isFair(atMs)) continue
    busyUntil.set(place, atMs + forMs)
    steps.push({ atMs, ...trouble })
  }
}

function isFair(atMs: number): boolean {
  return atMs < weatherMs.firstFair || atMs % weatherMs.all < weatherMs.fair
}

function placeOf(trouble: Trouble): string {
  if (trouble.kind === 'line') return trouble.line
  return trouble.kind === 'kill' ? `worker ${trouble.worker}` : `the ${trouble.kind}`
}

function toTrouble(dice: Dice, kind: Trouble['kind']): Trouble {
  const forMs = dice.between(200, 3500)
  switch (kind) {
    case 'line':
      return { kind, forMs, line: dice.pick(lineNames), fault: toLineFault(dice) }
    case 'host':
      return { kind, forMs, faults: [dice.pick(hostFaults)] }
    case 'chat':
      return { kind, forMs, fault: dice.pick(chatFaults) }
    case 'kill':
      return { kind, forMs, worker: dice.between(0, workerCount - 1) }
    case 'messages':
      return { kind, what: dice.pick(['lose', 'double', 'reverse', 'spoil'] as const) }
    default:
      return kind satisfies never
  }
}

function toLineFault(dice: Dice): Fault {
  const kinds = ['refuse', 'black_hole', 'half_open', 'reset', 'delay', 'slow'] as const
  const kind = dice.pick(kinds)
  const direction = dice.pick(['to_server', 'to_client'] as const)
  const [afterBytes, milliseconds] = [dice.between(0, 4000), dice.between(20, 600)]
  const bytesPerSecond = dice.between(2_000, 40_000)
  switch (kind) {
    case 'reset':
      return { kind, direction, afterBytes }
    case 'delay':
      return { kind, milliseconds }
    case 'slow':
      return { kind, bytesPerSecond }
    default:
      return { kind }
  }
}

const once = { times: 1 } as const
const create = { command: 'user create', ...once } as const
const update = { command: 'user update', ...once } as const

/** What the host can do wrong; the stand-in knows them by these names. */
const hostFaults: readonly HostFault[] = [
  { fault: 'delay', value: 1.5, ...once },
  { fault: 'print', value: 1, ...once },
  { fault: 'noise', ...once },
  { fault: 'exit', value: 1, ...once },
  { fault: 'traceback_at_release', ...once },
  { fault: 'slapd_down', value: 0.2, ...once },
  { fault: 'lock_held' },
  { fault: 'read_garbage', ...once },
  { fault: 'disk_full', value: 'log', ...once },
  { fault: 'crash_after', value: 'start', ...create },
  { fault: 'crash_after', value: 'ldap', ...create },
  { fault: 'crash_after', value: 'all_users', ...create },
  { fault: 'terminate_after', value: 'home', ...create },
  { fault: 'interrupt_after', value: 'primary_group', ...create },
  { fault: 'lost_update', ...create },
  { fault: 'no_effect', ...create },
  { fault: 'no_catalog', ...create },
  { fault: 'refuse_text', value: "Invalid argument 'fullname'", ...create },
  { fault: 'crash_after', value: 'start', ...update },
  { fault: 'crash_after', value: 'ldap', ...update },
  { fault: 'no_effect', ...update },
  { fault: 'refuse_password', ...update },
]

const chatFaults: readonly DiscordFault[] = [
  { kind: 'rate_limited', retryAfterSeconds: 1 },
  { kind: 'broken' },
  { kind: 'silent' },
]
