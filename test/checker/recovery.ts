import { abandonedMs } from './faults.ts'
import { effectsOf } from './host-truth.ts'
import { endOf, nameOf } from './lives.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** Longest quiet time, in which nothing is broken, without progress, in milliseconds. */
const recoveryMs = 45_000

/** The same while transactions are abandoned again and again: none of them is felt longer (faults.ts). */
const longestMs = 2 * abandonedMs

/**
 * I9: what can be done is done within 45 s in which no fault lasts, 75 s after a transaction was abandoned. Quiet
 * times add up until the task, or one of its lane that came before it, gets on; so no row of short faults excuses a
 * task that starves.
 */
export function boundedRecovery(record: RunRecord): readonly string[] {
  return record.tasks.flatMap((task) => {
    const waits = waitsOf(record, task)
    const longest = waits.find((wait) => isTooLong(record, wait))
    if (longest === undefined) return []
    const seconds = Math.round(quietMs(record, longest) / 1000)
    return [`${nameOf(task)} waited ${seconds} s in which nothing was broken`]
  })
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** The times in which a task could have been done, cut where something before it got on. */
function waitsOf(record: RunRecord, task: RecordedTask): readonly Span[] {
  const accepted = record.sightings.find(({ taskId }) => taskId === task.id)
  if (accepted === undefined) return []
  const whole = { fromMs: accepted.byMs, toMs: endOf(record, task.id)?.afterMs ?? record.endedMs }
  const steps = progressBefore(record, task)
  const cuts = steps.filter((step) => step > whole.fromMs && step < whole.toMs)
  const moments = [whole.fromMs, ...cuts, whole.toMs]
  const spans = moments.slice(1).map((toMs, at) => ({ fromMs: moments[at] ?? toMs, toMs }))
  return spans.flatMap((span) => without(span, parkedTimes(record, task)))
}

/** Every moment at which a task, or one of its lane that is as old, changed the host or ended. */
function progressBefore(record: RunRecord, task: RecordedTask): readonly number[] {
  return record.tasks
    .filter(({ lane, timestampMs }) => lane === task.lane && timestampMs <= task.timestampMs)
    .flatMap(({ id }) => [
      ...effectsOf(record, id).map(({ endMs }) => endMs),
      ...(endOf(record, id) === undefined ? [] : [endOf(record, id)?.byMs ?? 0]),
    ])
    .sort((one, other) => one - other)
}

/** When the task, or an earlier one of its resource, waited for staff. */
function parkedTimes({ tasks, sightings, endedMs }: RunRecord, task: RecordedTask) {
  const heads = tasks.filter(
    ({ lane, resource, timestampMs }) =>
      lane === task.lane && resource === task.resource && timestampMs <= task.timestampMs,
  )
  return heads.flatMap(({ id, status }) => {
    const own = sightings.filter(({ taskId }) => taskId === id)
    const seen = own.flatMap((one, at) =>
      one.status === 'parked' ? [{ fromMs: one.afterMs, toMs: own[at + 1]?.byMs ?? endedMs }] : [],
    )
    const last = own.at(-1)
    const isLeft = status === 'parked' && last !== undefined && last.status !== 'parked'
    return isLeft ? [...seen, { fromMs: last.afterMs, toMs: endedMs }] : seen
  })
}

function isTooLong(record: RunRecord, wait: Span): boolean {
  const quiet = quietMs(record, wait)
  if (quiet > longestMs) return true
  const { faults } = record
  const felt = faults
    .filter(({ mayAbandon, beganMs }) => mayAbandon && beganMs <= wait.toMs)
    .map(({ beganMs, endedMs }) => ({
      fromMs: beganMs,
      toMs: Math.min(endedMs ?? wait.toMs, wait.toMs) + abandonedMs,
    }))
  // The bound holds at each moment at which nothing abandoned can be felt.
  return without(wait, felt).some(
    ({ toMs }) => quietMs(record, { fromMs: wait.fromMs, toMs }) > recoveryMs,
  )
}

function quietMs({ faults, endedMs }: RunRecord, span: Span): number {
  const broken = faults.map((fault) => ({
    fromMs: fault.beganMs,
    toMs: fault.endedMs ?? endedMs,
  }))
  return without(span, broken).reduce((all, { fromMs, toMs }) => all + toMs - fromMs, 0)
}

/** What is left of a time without others. */
function without(span: Span, others: readonly Span[]): readonly Span[] {
  return others.reduce<readonly Span[]>(
    (left, other) =>
      left.flatMap(({ fromMs, toMs }) =>
        [
          { fromMs, toMs: Math.min(toMs, other.fromMs) },
          { fromMs: Math.max(fromMs, other.toMs), toMs },
        ].filter((part) => part.toMs > part.fromMs),
      ),
    [span],
  )
}
