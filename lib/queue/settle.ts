import type { Records } from '../ports.ts'
import type { EngineUses, LaneWork, Outcome } from './engine.ts'
import { missesBeforeTelling, slowMinutes } from './policy.ts'
import type { Claim, NewTask, Task } from './queue.ts'
import { ringFor } from './ring.ts'
import type { Ending, TaskDefinition } from './task.ts'
import { aboutTask, taskLine } from './task-line.ts'

/** A run that is over and has to be written down. */
export interface Settling {
  readonly work: LaneWork
  readonly definition: TaskDefinition | undefined
  readonly task: Task
  readonly claim: Claim
  readonly outcome: Outcome
  readonly beganAt: Date
}

/**
 * Writes down what became of a run. Gives `out_of_time` when the worker has to stop, a result when the
 * lane has to wait, and undefined when it goes on. Throws `LeaseLost`.
 */
export async function settle(uses: EngineUses, settling: Settling) {
  const { task } = settling
  const outcome = mayPark(settling) ? settling.outcome : withoutParking(settling.outcome)
  const endedAt = uses.clock.now()
  const { event, fields } = taskLine(task, outcome, { beganAt: settling.beganAt, endedAt })
  uses.log.info(event, fields)
  if (outcome.kind === 'later' || outcome.kind === 'unfinished') await tellIfSlow(uses, settling)
  const result = await writeDown(uses, settling, outcome)
  if (hasAnswered(settling)) await uses.database.tasks.openLane(task.lane)
  return result
}

async function writeDown(uses: EngineUses, settling: Settling, outcome: Outcome) {
  const { claim } = settling
  const { tasks } = uses.database
  switch (outcome.kind) {
    case 'ended':
      await end(uses, settling, outcome.ending)
      return undefined
    case 'later':
      await tasks.postpone(claim, outcome)
      return undefined
    case 'parked':
      await park(uses, settling, outcome.reason)
      return undefined
    case 'unreachable': {
      // The time in which nobody answers is not the task's (slow tasks, expected seconds).
      await tasks.postpone(claim, { delaySeconds: 0, counted: false, isBegunAnew: true })
      return await closeLane(uses, settling, outcome.reason)
    }
    case 'stop_lane':
      await stopLane(uses, settling, outcome.reason)
      return { kind: 'idle' } as const
    case 'unfinished':
      await tasks.leave(claim)
      return 'out_of_time'
    /* v8 ignore next -- @preserve: the compiler shows that every outcome has its case */
    default:
      return outcome satisfies never
  }
}

// Whatever became of the task, the host is there again: the next outage is a new one.
function hasAnswered({ task, definition, outcome }: Settling): boolean {
  // What this version does not know was not tried at all.
  if (task.lane !== 'host' || definition === undefined) return false
  return outcome.kind === 'ended' || outcome.kind === 'later' || outcome.kind === 'parked'
}

function mayPark({ task, definition }: Settling): boolean {
  return task.lane === 'host' || (definition?.lane === 'post' && definition.parks === true)
}

// A message that cannot be delivered must not hold up the next one to the same person, or to staff.
function withoutParking(outcome: Outcome): Outcome {
  if (outcome.kind !== 'parked') return outcome
  const { reason } = outcome
  return { kind: 'ended', ending: { status: 'failed', reason, left: 'something' } }
}

async function closeLane(uses: EngineUses, { work, task }: Settling, reason: string) {
  const { tasks } = uses.database
  const { seconds, misses, isTold } = await tasks.closeLane(task.lane, uses.pace.probeSeconds)
  if (misses >= missesBeforeTelling && !isTold) {
    const notice = await work.notices.laneStopped(uses, task, reason)
    await tellOnce(uses, notice, (records) => records.tasks.markLaneTold(task.lane))
  }
  return { kind: 'closed', retrySeconds: seconds } as const
}

// Once a task: something hangs over there, and nobody but staff can look.
async function tellIfSlow(uses: EngineUses, { work, task, claim }: Settling) {
  /* v8 ignore next -- @preserve: a claimed task has begun */
  const begun = task.startedAt?.getTime() ?? Number.POSITIVE_INFINITY
  if (task.lane !== 'host' || uses.clock.now().getTime() - begun < slowMinutes * 60_000) return
  const reason = `It has been going on for more than ${slowMinutes} minutes.`
  const notice = await work.notices.taskSlow(uses, task, reason)
  await tellOnce(uses, notice, (records) => records.tasks.markTold(claim))
}

// Marked and queued together, so that a worker that ends in between leaves nothing untold.
async function tellOnce(
  uses: EngineUses,
  notice: NewTask,
  mark: (records: Records) => Promise<boolean>,
) {
  const isFirst = await uses.database.transaction(async (records) => {
    const marked = await mark(records)
    if (marked) await records.tasks.insert(notice)
    return marked
  })
  if (isFirst) await ringFor(uses, [notice])
}

async function end(uses: EngineUses, settling: Settling, ending: Ending) {
  const { definition, task, claim, work } = settling
  const followers = await uses.database.transaction(async (records) => {
    const { status, reason } = ending
    const at = uses.clock.now()
    await records.tasks.finish(claim, { status, error: status === 'finished' ? null : reason, at })
    const next = await followersOf(uses, { definition, task, ending, records, work })
    for (const follower of next) await records.tasks.insert(follower)
    return next
  })
  await uses.milestones.reached('afterCommit')
  await ringFor(uses, followers)
}

interface Ended extends Pick<Settling, 'definition' | 'task' | 'work'> {
  readonly ending: Ending
  readonly records: Records
}

async function followersOf(uses: EngineUses, { definition, task, ending, records, work }: Ended) {
  // Nobody else will tell staff of a message that this version cannot read.
  /* v8 ignore next -- @preserve: a task without a definition ends with a reason */
  if (!definition) return [await work.notices.taskParked(uses, task, ending.reason ?? '')]
  const input = definition.input.parse(task.input)
  return (await definition.ending?.({ task, input, ending, records, uses })) ?? []
}

async function park(uses: EngineUses, settling: Settling, reason: string) {
  const { work, task, claim, definition } = settling
  const notice = await work.notices.taskParked(uses, task, reason)
  const { isNews, followers } = await uses.database.transaction(async (records) => {
    // What this version cannot read it cannot follow up either.
    const input = definition?.input.safeParse(task.input)
    const about = { task, reason, records, uses }
    const next =
      input?.success && definition?.parking
        ? await definition.parking({ ...about, input: input.data })
        : []
    if (next === undefined) {
      // Nobody waits for it any more, so staff need not either.
      const at = uses.clock.now()
      await records.tasks.finish(claim, { status: 'cancelled', error: reason, at })
      return { isNews: false, followers: [] }
    }
    const isNews = await records.tasks.park(claim, reason)
    const followers = isNews ? [notice, ...next] : next
    for (const follower of followers) await records.tasks.insert(follower)
    return { isNews, followers }
  })
  // What the sweeper tries again every hour parks every hour; an alarm counts this line.
  if (isNews) uses.log.info('staff_wanted', aboutTask(task))
  await ringFor(uses, followers)
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
