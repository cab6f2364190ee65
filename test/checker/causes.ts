import { faultsOf } from './faults.ts'
import { nameOf } from './lives.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** I1, its other half: nothing ends badly or waits for staff without a cause that the record knows. */
export function withoutCause(record: RunRecord): readonly string[] {
  const { tasks, expectedFailures } = record
  const unexpected = tasks.filter(({ id }) => !expectedFailures.includes(id))
  return unexpected.flatMap((task) => [...badEnd(record, task), ...stop(record, task)])
}

// Staff call a task off, and a scenario says so.
function badEnd(record: RunRecord, task: RecordedTask): readonly string[] {
  const isCaused =
    (task.status === 'failed' && mayFail(record, task)) ||
    (task.status === 'cancelled' && isNeedless(task))
  const isBad = ['failed', 'cancelled', 'expired'].includes(task.status)
  return isBad && !isCaused ? [`${nameOf(task)} is ${task.status} without a cause`] : []
}

function mayFail(record: RunRecord, task: RecordedTask): boolean {
  if (faultsOf(record, task.id).some(({ mayRefuse }) => mayRefuse)) return true
  if (task.action !== 'send_mail') return hasFailedBefore(record, task, 'user_create')
  const account = record.accounts.find(({ username }) => username === task.input['username'])
  return account?.address === null || hasFailedBefore(record, task, 'send_mail')
}

// What staff heard that day already is not said again.
function isNeedless({ action, input }: RecordedTask): boolean {
  return action === 'tell_staff' && input['event'] === 'reset_asked_again'
}

// Where no account came to be there is none to change, and mail does not go to where it came back from.
function hasFailedBefore({ tasks }: RunRecord, task: RecordedTask, action: string): boolean {
  return tasks.some(
    (other) =>
      other.action === action &&
      other.resource === task.resource &&
      other.status === 'failed' &&
      other.timestampMs < task.timestampMs,
  )
}

function stop(record: RunRecord, task: RecordedTask): readonly string[] {
  const isParked = task.status === 'parked'
  const wasParked = record.sightings.some(
    ({ taskId, status }) => taskId === task.id && status === 'parked',
  )
  if (!isParked && !wasParked) return []
  const isCaused = faultsOf(record, task.id).some(({ mayPark }) => mayPark)
  return isCaused ? [] : [`${nameOf(task)} was left to staff without a cause`]
}
