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
import { reserveSeconds, unknownActionMinutes, workerEndsBeforeParking } from './policy.ts'
import { type Claim, type Lane, LeaseLost, type Task } from './queue.ts'
import { type Settling, settle } from './settle.ts'
import type { TaskDefinition } from './task.ts'
import { aboutTask } from './task-line.ts'

// Of task documents: a worker leaves alone what it may misread.
const knownVersion = 1

/** Runs the tasks of a lane, oldest first, until nothing is left or the time is up. */
export async function runLane(uses: EngineUses, work: LaneWork): Promise<LaneResult> {
  const owner = newId(uses.random)
  while (work.secondsLeft() > reserveSeconds) {
    const closedSeconds = await uses.database.tasks.secondsClosed(work.lane)
    if (closedSeconds === null) return { kind: 'idle' }
    if (closedSeconds > 0) return { kind: 'closed', retrySeconds: closedSeconds }
    await uses.database.tasks.promote(work.lane)
    const task = await uses.database.tasks.claim(work.lane, owner, uses.pace.leaseSeconds)
    if (task === undefined) return await idleOrHeld(uses, work.lane)
    await uses.milestones.reached('afterClaim')
    const outcome = await runClaimed(uses, work, task)
    if (outcome === 'out_of_time') return { kind: 'out_of_time' }
    if (typeof outcome === 'object') return outcome
  }
  return { kind: 'out_of_time' }
}

// A worker that is gone may hold the only lease of lane host: its message must outlive that, or nobody would come.
async function idleOrHeld({ database }: EngineUses, lane: Lane): Promise<LaneResult> {
  const seconds = lane === 'host' ? await database.tasks.secondsHeld(lane) : 0
  return seconds > 0 ? { kind: 'closed', retrySeconds: seconds } : { kind: 'idle' }
}

async function runClaimed(uses: EngineUses, work: LaneWork, task: Task) {
  const claim = { id: task.id, fence: task.fence }
  const beganAt = uses.clock.now()
  const lease = keepLease(uses, claim)
  try {
    const definition = definitionOf(work, task)
    const run = { task, claim, secondsLeft: work.secondsLeft, assertHeld: lease.assertHeld }
    const outcome = await runOnce(uses, { ...work, definition }, run)
    lease.assertHeld()
    await uses.milestones.reached('afterReadback')
    const settling = { work, definition, task, claim, outcome, beganAt }
    const result = await settleSafely(uses, settling)
    if (outcome.kind === 'ended') await work.tidy?.(uses, task)
    return result
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    uses.log.info('lease_lost', aboutTask(task))
    return undefined
  } finally {
    lease.stop()
  }
}

/** Undefined where this version could misread the task. */
function definitionOf({ tasks }: LaneWork, task: Task): TaskDefinition | undefined {
  const definition = task.version === knownVersion ? tasks[task.action] : undefined
  return definition?.input.safeParse(task.input).success ? definition : undefined
}

async function runOnce(
  uses: EngineUses,
  { definition, runner }: Pick<LaneWork, 'runner'> & { definition: TaskDefinition | undefined },
  run: Run,
): Promise<Outcome> {
  const { task } = run
  if (!definition) return outcomeOfUnknown(uses, task)
  // Each claim of an abandoned task counts as an attempt: this one ended its workers.
  if (task.attempts >= workerEndsBeforeParking) {
    return { kind: 'parked', reason: 'Its worker ended in the middle of it several times.' }
  }
  try {
    return await runner(uses, definition, run)
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
    ...aboutTask(task),
    errorName: known.name,
    errorText: known.message,
    errorStack: known.stack,
  })
}
