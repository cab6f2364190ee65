import { Failure } from '../failure.ts'
import { DeliveryError } from './delivery.ts'
import { type EngineUses, inTurn, type Outcome, type Run, underWay } from './engine.ts'
import { openSecrets } from './new-task.ts'
import { deliveryHours } from './policy.ts'
import type { Ending, PostTask, TaskDefinition } from './task.ts'

/**
 * Delivers one message. It is repeated until the other side accepts it, for a day; when it is unknown
 * whether it was accepted it is sent again, because a lost link is worse than one that comes twice.
 */
export async function runPostTask(
  uses: EngineUses,
  definition: TaskDefinition,
  run: Run,
): Promise<Outcome> {
  const { mailer, chat, matrix, database } = uses
  /* v8 ignore next -- @preserve: its worker opens all; the types of one engine for two lanes cannot say so */
  if (!mailer || !chat || !matrix || definition.lane !== 'post')
    throw new Error('Lane post lacks a port.')
  const { task, claim } = run
  const step = task.step + 1
  try {
    const secrets = await openSecrets(uses.sealer, task)
    run.assertHeld()
    await database.tasks.recordIntent(claim, { intent: 'deliver', step })
    await uses.milestones.reached('afterIntent')
    const { clock, random, sealer, site, registering } = uses
    const askedAt = task.timestamp
    const ports = { clock, random, sealer, site, registering, mailer, chat, matrix }
    const delivery = { ...ports, records: database, askedAt, tries: task.step }
    const input = definition.input.parse(task.input)
    await uses.milestones.reached('beforeExec')
    const undelivered = await underWay(uses, definition.deliver(input, secrets, delivery))
    await uses.milestones.reached('afterExec')
    if (undelivered === undefined) await uses.milestones.reached('afterMail')
    return ended(undelivered ?? { status: 'finished', reason: null })
  } catch (error) {
    // Nothing was sent; the database is what may be away, so nothing more is written here.
    if (error instanceof Failure) {
      return outcomeOf(uses, definition, { error: new DeliveryError('transient', error.code), run })
    }
    if (!(error instanceof DeliveryError)) throw error
    await noteTry(uses, run, error)
    return outcomeOf(uses, definition, { error, run })
  }
}

// For the task's history alone: a database that is away just now costs the task nothing but this line of it.
async function noteTry(
  { database, clock }: EngineUses,
  { task, claim }: Run,
  { kind: outcome, message: output }: DeliveryError,
): Promise<void> {
  const step = task.step + 1
  const tried = { step, verb: task.action, at: clock.now(), seconds: 0, exit: null }
  try {
    await database.tasks.recordAttempt(claim, { ...tried, outcome, output })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

function ended(ending: Pick<Ending, 'status' | 'reason'>): Outcome {
  return { kind: 'ended', ending: { ...ending, left: 'something' } }
}

function outcomeOf(
  { clock, pace }: EngineUses,
  { patienceHours = deliveryHours }: Pick<PostTask, 'patienceHours'>,
  { error, run: { task } }: { readonly error: DeliveryError; readonly run: Run },
): Outcome {
  const reason = error.message
  if (error.kind === 'permanent') {
    return ended({ status: 'failed', reason })
  }
  const hours = (clock.now().getTime() - task.timestamp.getTime()) / 3_600_000
  // A message is not parked: settling gives it up (settle.ts).
  if (hours >= patienceHours) return { kind: 'parked', reason }
  const delaySeconds = Math.max(
    error.retryAfterSeconds ?? 0,
    inTurn(pace.deliverySeconds, task.step),
  )
  return { kind: 'later', delaySeconds, counted: false, reason }
}
