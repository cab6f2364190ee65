import { Failure } from '../failure.ts'
import { DeliveryError } from './delivery.ts'
import type { EngineUses, Outcome, Run } from './engine.ts'
import { openSecrets } from './new-task.ts'
import { deliveryDelaysSeconds, deliveryHours } from './policy.ts'
import type { TaskDefinition } from './task.ts'

/**
 * Delivers one message. It is repeated until the other side accepts it, for a day; when it is unknown
 * whether it was accepted it is sent again, because a lost link is worse than one that comes twice.
 */
export async function runPostTask(
  uses: EngineUses,
  definition: TaskDefinition,
  run: Run,
): Promise<Outcome> {
  const { mailer, chat, database } = uses
  if (!mailer || !chat || definition.lane !== 'post') {
    throw new Error('Lane post needs the ports "mailer" and "chat".')
  }
  const { task, claim } = run
  const step = task.step + 1
  try {
    const secrets = await openSecrets(uses.sealer, task)
    run.assertHeld()
    await database.tasks.recordIntent(claim, { intent: 'deliver', step })
    const { clock, random, sealer, site } = uses
    const delivery = { clock, random, sealer, site, mailer, chat, records: database }
    const nobody = await definition.deliver(definition.input.parse(task.input), secrets, delivery)
    return ended(nobody)
  } catch (error) {
    if (error instanceof Failure) {
      return { kind: 'later', delaySeconds: 5, counted: false, reason: error.code }
    }
    if (!(error instanceof DeliveryError)) throw error
    await database.tasks.recordAttempt(claim, {
      step,
      verb: task.action,
      at: uses.clock.now(),
      seconds: 0,
      exit: null,
      outcome: error.kind,
      output: error.message,
    })
    return outcomeOf(error, run, uses.clock.now())
  }
}

function ended(nobody: string | undefined): Outcome {
  const status = nobody === undefined ? 'finished' : 'failed'
  return { kind: 'ended', ending: { status, reason: nobody ?? null, leftNothing: false } }
}

function outcomeOf(error: DeliveryError, { task }: Run, now: Date): Outcome {
  const reason = error.message
  if (error.kind === 'permanent') {
    return { kind: 'ended', ending: { status: 'failed', reason, leftNothing: false } }
  }
  const hours = (now.getTime() - task.timestamp.getTime()) / 3_600_000
  // Nothing parks in this lane: settling gives the message up (settle.ts).
  if (hours >= deliveryHours) return { kind: 'parked', reason }
  const [first] = deliveryDelaysSeconds
  const planned = deliveryDelaysSeconds[task.step] ?? deliveryDelaysSeconds.at(-1) ?? first
  const delaySeconds = Math.max(error.retryAfterSeconds ?? 0, planned)
  return { kind: 'later', delaySeconds, counted: false, reason }
}
