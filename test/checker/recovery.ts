import { abandonedMs } from './faults.ts'
import { beginningOf, endOf, isFinal, nameOf } from './lives.ts'
import type { RecordedFault, RecordedTask, RunRecord } from './run-record.ts'

/** Longest time between the end of the last fault and the next thing done, in milliseconds. */
const recoveryMs = 45_000

/** I9: once a fault is over, what waits goes on within 45 s, or 75 s where a transaction was abandoned. */
export function boundedRecovery(record: RunRecord): readonly string[] {
  const steps = progressOf(record)
  return record.faults.flatMap((fault) => {
    const { endedMs } = fault
    if (endedMs === null || isOverlaid(record, fault)) return []
    const waiting = record.tasks.find((task) => isWaitingAt(record, task, endedMs))
    const nextMs = steps.find((step) => step > endedMs) ?? record.endedMs
    if (waiting === undefined || nextMs <= limitOf(record, endedMs)) return []
    const seconds = Math.round((nextMs - endedMs) / 1000)
    return [`${nameOf(waiting)} and others waited ${seconds} s after the fault "${fault.name}"`]
  })
}

function limitOf({ faults }: RunRecord, endedMs: number): number {
  const abandoned = faults
    .filter(({ mayAbandon, beganMs }) => mayAbandon && beganMs <= endedMs)
    .map((fault) => Math.min(fault.endedMs ?? endedMs, endedMs) + abandonedMs)
  return Math.max(endedMs + recoveryMs, ...abandoned)
}

// While another fault lasts, or begins before anything could be done, nobody can have recovered.
function isOverlaid({ faults }: RunRecord, { endedMs }: RecordedFault): boolean {
  const overMs = endedMs ?? 0
  return faults.some(
    (other) =>
      (other.endedMs ?? Number.POSITIVE_INFINITY) > overMs && other.beganMs < overMs + recoveryMs,
  )
}

function isWaitingAt(record: RunRecord, task: RecordedTask, atMs: number): boolean {
  const statuses = record.sightings.filter(({ taskId, byMs }) => taskId === task.id && byMs <= atMs)
  const status = statuses.at(-1)?.status
  const isOpen = status === 'pending' || status === 'running'
  const endedMs = endOf(record, task.id)?.byMs ?? Number.POSITIVE_INFINITY
  return isOpen && beginningOf(record, task.id) < atMs && endedMs > atMs
}

/** Every moment at which something was done. */
function progressOf({ effects, mails, chat, sightings }: RunRecord): readonly number[] {
  return [
    ...effects.map(({ endMs }) => endMs),
    ...[...mails, ...chat].map(({ atMs }) => atMs),
    ...sightings.flatMap(({ status, byMs }) => (isFinal(status) ? [byMs] : [])),
  ].sort((one, other) => one - other)
}
