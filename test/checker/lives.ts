import type { RecordedTask, RunRecord } from './run-record.ts'

const finalStatuses: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled', 'expired'])

/** Whether a status is the last one that a task can have. */
export function isFinal(status: string): boolean {
  return finalStatuses.has(status)
}

/** Between which two moments a task ended; undefined for one that was not seen to. */
export function endOf(
  { sightings }: RunRecord,
  taskId: string,
): { readonly afterMs: number; readonly byMs: number } | undefined {
  return sightings.find((one) => one.taskId === taskId && isFinal(one.status))
}

/** From when to when workers may have been at a task; a moment of an open end is the run's. */
export function workedOn(
  { sightings, beganMs, endedMs }: RunRecord,
  taskId: string,
): { readonly fromMs: number; readonly toMs: number } {
  const own = sightings.filter((one) => one.taskId === taskId)
  const first = own.find(({ status }) => status === 'running') ?? own[0]
  const last = own.find(({ status }) => isFinal(status))
  return { fromMs: first?.afterMs ?? beganMs, toMs: last?.byMs ?? endedMs }
}

/** The moment before which nobody can have asked for a task. */
export function beginningOf({ sightings, beganMs }: RunRecord, taskId: string): number {
  return sightings.find((one) => one.taskId === taskId)?.afterMs ?? beganMs
}

/** Tasks by their resource, each list in no particular order. */
export function byResource({ tasks }: RunRecord): readonly RecordedTask[][] {
  return [...Map.groupBy(tasks, ({ lane, resource }) => `${lane} ${resource}`).values()]
}

/** Whether a task waits for an earlier one that staff have to look at. */
export function isBehindParked({ tasks }: RunRecord, task: RecordedTask): boolean {
  return tasks.some(
    ({ lane, resource, status }) =>
      status === 'parked' && lane === task.lane && resource === task.resource,
  )
}

/** A task as the sentences of a verdict name it. */
export function nameOf({ id, action, resource }: RecordedTask): string {
  return `task ${id} (${action} of ${resource})`
}
