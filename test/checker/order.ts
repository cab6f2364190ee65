import { effectsOf } from './host-truth.ts'
import { byResource, endOf, nameOf } from './lives.ts'
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

// One was promised before the other was asked for. Where nobody can tell, the run's own clock does; and
// two tasks of the same moment have no order, they only may not mix.
function whichFirst(
  record: RunRecord,
  one: RecordedTask,
  other: RecordedTask,
): readonly RecordedTask[] {
  if (one.timestampMs === other.timestampMs) return []
  const [first, second] = [one, other].map(({ id }) =>
    record.acknowledgements.find(({ taskId }) => taskId === id),
  )
  if (first && second && first.answeredMs <= second.askedMs) return [one, other]
  if (first && second && second.answeredMs <= first.askedMs) return [other, one]
  return one.timestampMs < other.timestampMs ? [one, other] : [other, one]
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
