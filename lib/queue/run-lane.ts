import { newId } from '../crypto/token.ts'
import type {
  Chat,
  Clock,
  Database,
  Doorbell,
  Host,
  Log,
  Mailer,
  Random,
  Sealer,
  Site,
} from '../ports.ts'
import type { NewTaskUses } from './new-task.ts'
import { attemptDelaysSeconds, attemptsBeforeParking, reserveSeconds } from './policy.ts'
import { type Claim, type Lane, LeaseLost, type NewTask, type Task } from './queue.ts'
import { ringFor } from './ring.ts'
import type { Ending, TaskDefinition } from './task.ts'

/** Ports of the engine. A worker opens only those of its lane. */
export interface EngineUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly site: Site
  readonly tuning: { readonly leaseSeconds: number; readonly renewSeconds: number }
  readonly host?: Host
  readonly mailer?: Mailer
  readonly chat?: Chat
}

/** What became of one run of a task. */
export type Outcome =
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Not now; `counted` when the try itself went wrong in an unexpected way. */
  | {
      readonly kind: 'later'
      readonly delaySeconds: number
      readonly counted: boolean
      readonly reason: string
    }
  /** For staff to look at; blocks the task's resource only. */
  | { readonly kind: 'parked'; readonly reason: string }
  /** The other side does not answer: nobody's fault, so the whole lane waits. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** The other side cannot be trusted or is broken: the lane stops until staff resume it. */
  | { readonly kind: 'stop_lane'; readonly reason: string }
  /** Still running over there; the next worker attaches again. */
  | { readonly kind: 'unfinished' }

/** One run of a task, with what its runner needs to know. */
export interface Run {
  readonly task: Task
  readonly claim: Claim
  /** Seconds that may still be spent before the worker has to stop. */
  secondsLeft(): number
  /** Throws `LeaseLost` once another worker took over. Asked before every act. */
  assertHeld(): void
}

/** Runs one task of one lane. */
export type Runner = (uses: EngineUses, definition: TaskDefinition, run: Run) => Promise<Outcome>

/** What wakes up the engine: the lane, its tasks by action, how to run one, and the time there is. */
export interface LaneWork {
  readonly lane: Lane
  readonly tasks: Readonly<Record<string, TaskDefinition>>
  readonly runner: Runner
  /** Messages to staff about what the engine itself decides. */
  readonly notices: {
    taskParked(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask>
    laneStopped(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask>
  }
  secondsLeft(): number
}

/** Why the engine stopped: nothing left, no time left, or `closed` with the seconds until another try. */
export type LaneResult =
  | { readonly kind: 'idle' }
  | { readonly kind: 'out_of_time' }
  | { readonly kind: 'closed'; readonly retrySeconds: number }

/** Runs the tasks of a lane, oldest first, until nothing is left or the time is up. */
export async function runLane(uses: EngineUses, work: LaneWork): Promise<LaneResult> {
  const owner = newId(uses.random)
  while (work.secondsLeft() > reserveSeconds) {
    if (!(await uses.database.tasks.isOpen(work.lane))) return { kind: 'idle' }
    await uses.database.tasks.promote(work.lane)
    const task = await uses.database.tasks.claim(work.lane, owner, uses.tuning.leaseSeconds)
    if (task === undefined) return { kind: 'idle' }
    const outcome = await runClaimed(uses, work, task)
    if (outcome === 'out_of_time') return { kind: 'out_of_time' }
    if (typeof outcome === 'object') return outcome
  }
  return { kind: 'out_of_time' }
}

async function runClaimed(uses: EngineUses, work: LaneWork, task: Task) {
  const claim = { id: task.id, fence: task.fence }
  const lease = keepLease(uses, claim)
  try {
    const definition = work.tasks[task.action]
    const run = { task, claim, secondsLeft: work.secondsLeft, assertHeld: lease.assertHeld }
    const outcome: Outcome = definition
      ? await guarded(() => work.runner(uses, definition, run))
      : { kind: 'parked', reason: `No task is called ${task.action} in this version.` }
    lease.assertHeld()
    return await settle(uses, { work, definition, task, claim, outcome })
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    uses.log.info('lease_lost', { taskId: task.id, action: task.action, lane: task.lane })
    return undefined
  } finally {
    lease.stop()
  }

  async function guarded(run: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      logUnexpected(uses.log, task, error)
      return retryOrPark(task, 'Something unexpected happened; staff have been told.')
    }
  }
}

/** After an unexpected end: another try with growing waits, and staff after the third (security.md 3.4). */
export function retryOrPark(task: Task, reason: string): Outcome {
  if (task.attempts + 1 >= attemptsBeforeParking) return { kind: 'parked', reason }
  const delaySeconds = attemptDelaysSeconds[task.attempts] ?? attemptDelaysSeconds[0]
  return { kind: 'later', delaySeconds, counted: true, reason }
}

function keepLease(uses: EngineUses, claim: Claim) {
  let isLost = false
  const { leaseSeconds, renewSeconds } = uses.tuning
  const stop = uses.clock.every(renewSeconds, async () => {
    try {
      await uses.database.tasks.renew(claim, leaseSeconds)
    } catch (error) {
      // Only a refusal is final; a database that cannot be reached may be back before the lease ends.
      if (error instanceof LeaseLost) isLost = true
    }
  })
  const assertHeld = () => {
    if (isLost) throw new LeaseLost()
  }
  return { stop, assertHeld }
}

interface Settling {
  readonly work: LaneWork
  readonly definition: TaskDefinition | undefined
  readonly task: Task
  readonly claim: Claim
  readonly outcome: Outcome
}

async function settle(uses: EngineUses, settling: Settling) {
  const { task, claim, outcome } = settling
  const { tasks } = uses.database
  logOutcome(uses.log, task, outcome)
  switch (outcome.kind) {
    case 'ended':
      await end(uses, settling, outcome.ending)
      if (task.lane === 'host') await tasks.openLane(task.lane)
      return undefined
    case 'later':
      await tasks.postpone(claim, outcome)
      return undefined
    case 'parked':
      await park(uses, settling, outcome.reason)
      return undefined
    case 'unreachable': {
      await tasks.postpone(claim, { delaySeconds: 0, counted: false })
      return { kind: 'closed', retrySeconds: await tasks.closeLane(task.lane) } as const
    }
    case 'stop_lane':
      await stopLane(uses, settling, outcome.reason)
      return { kind: 'idle' } as const
    case 'unfinished':
      // An ended lease lets the next worker attach at once.
      await tasks.renew(claim, 0)
      return 'out_of_time'
    default:
      return outcome satisfies never
  }
}

async function end(uses: EngineUses, { definition, task, claim }: Settling, ending: Ending) {
  const followers = await uses.database.transaction(async (records) => {
    const { status, reason } = ending
    const at = uses.clock.now()
    await records.tasks.finish(claim, { status, error: status === 'failed' ? reason : null, at })
    const input = definition?.input.parse(task.input)
    const next = (await definition?.ending?.({ task, input, ending, records, uses })) ?? []
    for (const follower of next) await records.tasks.insert(follower)
    return next
  })
  await ringFor(uses, followers)
}

async function park(uses: EngineUses, { work, task, claim }: Settling, reason: string) {
  const notice = await work.notices.taskParked(uses, task, reason)
  await uses.database.transaction(async (records) => {
    await records.tasks.park(claim, reason)
    await records.tasks.insert(notice)
  })
  await ringFor(uses, [notice])
}

async function stopLane(uses: EngineUses, { work, task, claim }: Settling, reason: string) {
  const notice = await work.notices.laneStopped(uses, task, reason)
  await uses.database.transaction(async (records) => {
    await records.tasks.postpone(claim, { delaySeconds: 0, counted: false })
    await records.tasks.pause(task.lane, reason)
    await records.tasks.insert(notice)
  })
  await ringFor(uses, [notice])
}

function logOutcome(log: Log, task: Task, outcome: Outcome): void {
  const about = { taskId: task.id, action: task.action, lane: task.lane, resource: task.resource }
  const reason =
    outcome.kind === 'ended'
      ? outcome.ending.reason
      : 'reason' in outcome
        ? outcome.reason
        : undefined
  const status = outcome.kind === 'ended' ? outcome.ending.status : outcome.kind
  log.info(`task_${status}`, { ...about, attempt: task.attempts, reason: reason ?? undefined })
}

function logUnexpected(log: Log, task: Task, error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error))
  log.error('task_unexpected_error', {
    taskId: task.id,
    action: task.action,
    lane: task.lane,
    errorName: known.name,
    errorText: known.message,
    errorStack: known.stack,
  })
}
