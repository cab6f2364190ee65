import { effectsOf } from './host-truth.ts'
import { beginningOf, byResource, endOf, nameOf } from './lives.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** I3: what concerns one resource happens in the order in which it was accepted, one after the other. */
export function inAcceptedOrder(record: RunRecord): readonly string[] {
  return byResource(record).flatMap((tasks) =>
    pairsOf(tasks).flatMap(([one, other]) => {
      const [earlier, later] = whichFirst(record, one, other)
      return earlier && later ? judge(record, earlier, later) : apart(record, one, other)
    }),
  )
}

function pairsOf<Item>(items: readonly Item[]): ReadonlyArray<readonly [Item, Item]> {
  return items.flatMap((one, at) => items.slice(at + 1).map((other) => [one, other] as const))
}

// One was stored before the other can have been. Where nobody can tell, they have no order, and only may not mix:
// the time that a task bears is that of its making, and requests of one moment overtake each other.
function whichFirst(
  record: RunRecord,
  one: RecordedTask,
  other: RecordedTask,
): readonly RecordedTask[] {
  if (storedBy(record, one.id) <= beginningOf(record, other.id)) return [one, other]
  return storedBy(record, other.id) <= beginningOf(record, one.id) ? [other, one] : []
}

function storedBy({ sightings, acknowledgements }: RunRecord, id: string): number {
  const seen = sightings.find(({ taskId }) => taskId === id)?.byMs
  const promised = acknowledgements.find(({ taskId }) => taskId === id)?.answeredMs
  const never = Number.POSITIVE_INFINITY
  return Math.min(seen ?? never, promised ?? never)
}

function judge(record: RunRecord, earlier: RecordedTask, later: RecordedTask): readonly string[] {
  const end = endOf(record, earlier.id)
  const endedAfterMs = end?.afterMs ?? Number.POSITIVE_INFINITY
  const begun = effectsOf(record, later.id).find(({ startMs }) => startMs < endedAfterMs)
  if (begun) return [`${nameOf(later)} changed the host before ${nameOf(earlier)} had ended`]
  const laterEnd = endOf(record, later.id)
  if (later.status === 'cancelled' || laterEnd === undefined) return []
  return laterEnd.byMs < endedAfterMs ? [`${nameOf(later)} ended before ${nameOf(earlier)}`] : []
}

function apart(record: RunRecord, one: RecordedTask, other: RecordedTask): readonly string[] {
  const [first, second] = [one, other].map((task) => spanOf(record, task))
  if (!first || !second) return []
  const isMixed = first.beganMs < second.endedMs && second.beganMs < first.endedMs
  return isMixed ? [`${nameOf(one)} and ${nameOf(other)} changed the host in turns`] : []
}

function spanOf(record: RunRecord, { id }: RecordedTask) {
  const effects = effectsOf(record, id)
  const [first] = effects
  const last = effects.at(-1)
  return first && last && { beganMs: first.startMs, endedMs: last.endMs }
}
