import { newId } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Log } from '../ports.ts'
import {
  type EngineUses,
  type LaneResult,
  type LaneWork,
  type Outcome,
  type Run,
  retryOrPark,
} from './engine.ts'
import { attemptsBeforeParking, reserveSeconds, unknownActionMinutes } from './policy.ts'
import { type Claim, LeaseLost, type Task } from './queue.ts'
import { type Settling, settle } from './settle.ts'

// A message may also be abandoned because the database went away; giving it up loses it for good.
const mostAttempts = { host: attemptsBeforeParking, post: 10 } as const
// Of task documents: a worker leaves alone what it may misread.
const knownVersion = 1

/** Runs the tasks of a lane, oldest first, until nothing is left or the time is up. */
export async function runLane(uses: EngineUses, work: LaneWork): Promise<LaneResult> {
  const owner = newId(uses.random)
  while (work.secondsLeft() > reserveSeconds) {
    if (!(await uses.database.tasks.isOpen(work.lane))) return { kind: 'idle' }
    await uses.database.tasks.promote(work.lane)
    const task = await uses.database.tasks.claim(work.lane, owner, uses.pace.leaseSeconds)
    if (task === undefined) return { kind: 'idle' }
    await uses.milestones.reached('afterClaim')
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
    const outcome = await runOnce(uses, work, run)
    lease.assertHeld()
    await uses.milestones.reached('afterReadback')
    const result = await settleSafely(uses, { work, definition, task, claim, outcome })
    if (outcome.kind === 'ended') await work.tidy?.(uses, task)
    return result
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    uses.log.info('lease_lost', { taskId: task.id, action: task.action, lane: task.lane })
    return undefined
  } finally {
    lease.stop()
  }
}

async function runOnce(uses: EngineUses, work: LaneWork, run: Run): Promise<Outcome> {
  const { task } = run
  const definition = task.version === knownVersion ? work.tasks[task.action] : undefined
  if (!definition) return outcomeOfUnknown(uses, task)
  // Each claim of an abandoned task counts as an attempt: this one ended its workers.
  if (task.attempts >= mostAttempts[task.lane]) {
    return { kind: 'parked', reason: 'Its worker ended in the middle of it several times.' }
  }
  try {
    return await work.runner(uses, definition, run)
  } catch (error) {
    if (error instanceof LeaseLost) throw error
    return outcomeOfSurprise(uses, task, error)
  }
}

// During a deployment an older worker may meet a task of a newer one (FI-31).
function outcomeOfUnknown(uses: EngineUses, task: Task): Outcome {
  const reason = `This version does not know the task ${task.action}.`
  const age = uses.clock.now().getTime() - task.timestamp.getTime()
  if (age > unknownActionMinutes * 60_000) return { kind: 'parked', reason }
  return { kind: 'later', delaySeconds: 60, counted: false, reason }
}

// What goes wrong while the end is written must not hold the lane either.
async function settleSafely(uses: EngineUses, settling: Settling) {
  try {
    return await settle(uses, settling)
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof Failure) throw error
    const outcome = outcomeOfSurprise(uses, settling.task, error)
    return settle(uses, { ...settling, outcome })
  }
}

function outcomeOfSurprise(uses: EngineUses, task: Task, error: unknown): Outcome {
  logUnexpected(uses.log, task, error)
  return retryOrPark(uses, task, 'Something unexpected happened; staff have been told.')
}

function keepLease(uses: EngineUses, claim: Claim) {
  let isLost = false
  const { leaseSeconds, renewSeconds } = uses.pace
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
