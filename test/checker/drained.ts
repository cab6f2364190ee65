import { isBehindParked, nameOf } from './lives.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** I7: at the end nothing is left to do, and nothing is kept that had to go. */
export function drained(record: RunRecord): readonly string[] {
  return [...leftInQueues(record), ...record.tasks.flatMap((task) => leftOf(record, task))]
}

function leftInQueues({ queues, expectedDead }: RunRecord): readonly string[] {
  const unexpected = queues.dead.filter((body) => !expectedDead.includes(body))
  return [
    ...queues.host.map((body) => `a message is left in queue host: ${clip(body)}`),
    ...queues.post.map((body) => `a message is left in queue post: ${clip(body)}`),
    ...unexpected.map((body) => `a message is in the dead letters: ${clip(body)}`),
  ]
}

function leftOf(record: RunRecord, task: RecordedTask): readonly string[] {
  if (task.place === 'logs') {
    return task.isSealed ? [`${nameOf(task)} has ended and keeps its sealed secrets`] : []
  }
  if (task.status === 'parked') return []
  const hadLease = task.leaseUntilMs !== null && task.leaseUntilMs < record.endedMs
  if (task.status === 'running' && hadLease) return [`${nameOf(task)} has an expired lease`]
  return isBehindParked(record, task) ? [] : [`${nameOf(task)} is left ${task.status}`]
}

function clip(body: string): string {
  return body.length <= 80 ? body : `${body.slice(0, 80)}…`
}
