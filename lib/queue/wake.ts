import * as z from 'zod'
import type { InvocationContext } from '../http/event.ts'
import { once } from '../late.ts'
import type { EngineUses, LaneWork } from './engine.ts'
import type { Lane } from './queue.ts'
import { runLane } from './run-lane.ts'
import { ringOnce } from './sweep.ts'

const delivery = once(() =>
  z.object({
    Records: z.tuple([z.object({ body: z.string(), receiptHandle: z.string() })]),
  }),
)
const doorbellMessage = once(() =>
  z.union([
    z.strictObject({ v: z.literal(1), taskId: z.string().regex(/^[A-Za-z0-9_-]{22}$/) }),
    // Of a newer version, as during a deployment: whatever it says, there is work (FI-31).
    z.looseObject({ v: z.int().min(2) }),
  ]),
)

// Tells the queue to deliver the message again after its hidden time; nothing went wrong for good.
class RingAgain extends Error {
  override readonly name = 'RingAgain'
}

/** The work of one lane without the time there is for it. */
export type LaneKind = Omit<LaneWork, 'secondsLeft'>

/**
 * Answers one doorbell message: runs whatever the lane holds, oldest first, whatever task the message
 * names (design.md 1). Throws `RingAgain` when the lane should be tried again later.
 */
export async function answerDoorbell(
  uses: EngineUses,
  kind: LaneKind,
  { event, context }: { readonly event: unknown; readonly context: InvocationContext },
): Promise<void> {
  const [{ body, receiptHandle }] = delivery().parse(event).Records
  if (!isDoorbell(body)) {
    uses.log.error('malformed_message', { lane: kind.lane })
    await uses.doorbell.setAside(body, 'malformed')
    return
  }
  const hide = (seconds: number) => uses.doorbell.hide(kind.lane, receiptHandle, seconds)
  const secondsLeft = () => context.getRemainingTimeInMillis() / 1000
  const stopHiding = await keepHidden(uses, kind.lane, receiptHandle)
  const result = await runLane(uses, { ...kind, secondsLeft })
    .finally(stopHiding)
    .catch(async (error: unknown) => {
      // Where not even this is possible, the message comes back by itself a little later.
      await hide(uses.pace.hiddenSeconds).catch(() => undefined)
      throw error
    })
  if (result.kind === 'out_of_time') await ringOnce(uses, kind.lane)
  await uses.milestones.reached('beforeDelete')
  if (result.kind !== 'closed') return
  // A message that is gone needs no hiding; the sweeper rings again.
  // And no longer than a while: the lane may be opened by hand, and this message is first in its line.
  await hide(Math.min(result.retrySeconds, uses.pace.hiddenSeconds)).catch(() => undefined)
  throw new RingAgain()
}

function isDoorbell(body: string): boolean {
  try {
    return doorbellMessage().safeParse(JSON.parse(body)).success
  } catch {
    return false
  }
}

// Shorter than the function's own time-out: a killed worker costs half a minute, not two (security.md 0.14).
async function keepHidden(uses: EngineUses, lane: Lane, receipt: string): Promise<() => void> {
  const hide = () =>
    uses.doorbell.hide(lane, receipt, uses.pace.hiddenSeconds).catch((error: unknown) => {
      uses.log.info('hide_failed', { lane, reason: String(error instanceof Error && error.name) })
    })
  // Where it fails, the queue's own time covers the whole of this call.
  await hide()
  return uses.clock.every(uses.pace.renewSeconds, hide)
}
