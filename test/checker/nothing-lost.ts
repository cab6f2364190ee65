import { withoutCause } from './causes.ts'
import { wasTrueBy } from './host-truth.ts'
import { endOf, isBehindParked, isFinal, nameOf } from './lives.ts'
import { lostRegistrations } from './registrations-kept.ts'
import type { Acknowledgement, RecordedTask, RunRecord } from './run-record.ts'

/** I1: every promise has a task that comes to an end or to staff, every success its effect, and every failure a cause. */
export function nothingLost(record: RunRecord): readonly string[] {
  return [
    ...lostTasks(record),
    ...lostDocuments(record),
    ...lostResets(record),
    ...lostEffects(record),
    ...lostRegistrations(record),
    ...withoutCause(record),
  ]
}

function lostTasks(record: RunRecord): readonly string[] {
  return record.acknowledgements.flatMap(({ path, taskId, username }) => {
    if (taskId === null) return []
    const task = record.tasks.find(({ id }) => id === taskId)
    if (task === undefined) return [`${path} for ${username} promised task ${taskId}: it is gone`]
    const hasArrived = isFinal(task.status) || task.status === 'parked'
    if (hasArrived || isBehindParked(record, task)) return []
    return [`${nameOf(task)} was promised and is still ${task.status}`]
  })
}

function lostDocuments({ sightings, tasks }: RunRecord): readonly string[] {
  const gone = new Set(sightings.map(({ taskId }) => taskId))
  for (const { id } of tasks) gone.delete(id)
  return [...gone].map((id) => `task ${id} was there once and is gone`)
}

// A reset request promises no task by its id: a mail with a link, or a word to staff.
function lostResets(record: RunRecord): readonly string[] {
  const resets = record.acknowledgements.filter(({ path }) => path === '/request_password_reset')
  const byName = Map.groupBy(resets, ({ username }) => username)
  return [...byName].flatMap(([username, asked]) => {
    const kept = record.tasks.filter((task) => isResetOf(task, asked[0]))
    if (kept.length >= asked.length) return []
    return [`${username} asked ${asked.length} times for a reset, ${kept.length} tasks came of it`]
  })
}

const resetEvents: ReadonlySet<unknown> = new Set(['reset_without_address', 'reset_asked_again'])

function isResetOf({ input }: RecordedTask, asked: Acknowledgement | undefined): boolean {
  const isReset = input['template'] === 'reset_password' || resetEvents.has(input['event'])
  return isReset && input['username'] === asked?.username
}

function lostEffects(record: RunRecord): readonly string[] {
  return record.tasks.flatMap((task) => {
    if (task.lane !== 'host' || task.status !== 'finished') return []
    const byMs = endOf(record, task.id)?.byMs ?? record.endedMs
    return wasTrueBy(record, task, byMs) ? [] : [`${nameOf(task)} is finished without its effect`]
  })
}
