import { abandonedMs } from './faults.ts'
import { effectsOf, wasTrueBy } from './host-truth.ts'
import { endOf, isFinal, nameOf } from './lives.ts'
import { untrueRegistrations } from './registrations-kept.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

const normalMs = 5_000
const faultyMs = 60_000

/** I5: what a client is told never goes back, is never ahead of the host, and lags by 5 s, near a fault by 60 s or longer. */
export function truthfulStatus(record: RunRecord): readonly string[] {
  const ofTasks = record.tasks.flatMap((task) => [
    ...backwards(record, task),
    ...tooEarly(record, task),
    ...tooLate(record, task),
    ...slow(record, task),
  ])
  return [...ofTasks, ...untrueRegistrations(record)]
}

function backwards({ polls }: RunRecord, task: RecordedTask): readonly string[] {
  const told = polls.filter(({ taskId }) => taskId === task.id)
  return told.flatMap((earlier) =>
    told
      .filter(({ askedMs }) => askedMs >= earlier.answeredMs)
      .filter(({ status }) => status === 'missing' || isOver(earlier.status, status))
      .slice(0, 1)
      .map(({ status }) => `${nameOf(task)} was ${earlier.status} and later ${status}`),
  )
}

function isOver(earlier: string, later: string): boolean {
  return isFinal(earlier) && later !== earlier
}

function tooEarly(record: RunRecord, task: RecordedTask): readonly string[] {
  const told = record.polls.filter(({ taskId, status }) => taskId === task.id && isFinal(status))
  const end = endOf(record, task.id)
  return told.flatMap(({ status, answeredMs }) => {
    if (status !== task.status) return [`${nameOf(task)} was told ${status} and is ${task.status}`]
    if (end !== undefined && end.afterMs > answeredMs)
      return [`${nameOf(task)} was told ${status} before it was`]
    const isAhead =
      task.lane === 'host' && status === 'finished' && !wasTrueBy(record, task, answeredMs)
    return isAhead ? [`${nameOf(task)} was told finished before its effect`] : []
  })
}

function tooLate(record: RunRecord, task: RecordedTask): readonly string[] {
  const end = endOf(record, task.id)
  if (end === undefined) return []
  const allowed = toleranceAt(record, end.byMs, end.byMs)
  const stale = record.polls.find(
    ({ taskId, status, askedMs }) =>
      taskId === task.id && !isFinal(status) && askedMs > end.byMs + allowed,
  )
  if (stale === undefined) return []
  const seconds = Math.round((stale.askedMs - end.byMs) / 1000)
  return [`${nameOf(task)} was told ${stale.status} ${seconds} s after its end`]
}

function slow(record: RunRecord, task: RecordedTask): readonly string[] {
  const last = effectsOf(record, task.id).at(-1)
  const end = endOf(record, task.id)
  if (task.status !== 'finished' || last === undefined || end === undefined) return []
  const struck = record.faults
    .filter(({ beganMs }) => beganMs < end.byMs)
    .map(({ endedMs }) => Math.min(endedMs ?? end.afterMs, end.afterMs))
  const lagMs = end.afterMs - Math.max(last.endMs, ...struck)
  if (lagMs <= toleranceAt(record, last.endMs, end.byMs)) return []
  return [`${nameOf(task)} ended ${Math.round(lagMs / 1000)} s after its effect`]
}

function toleranceAt({ faults }: RunRecord, beganMs: number, endedMs: number): number {
  const near = faults.filter(
    (fault) => fault.beganMs <= endedMs && (fault.endedMs ?? endedMs) >= beganMs - abandonedMs,
  )
  if (near.some(({ mayAbandon }) => mayAbandon)) return abandonedMs
  return near.length > 0 ? faultyMs : normalMs
}
