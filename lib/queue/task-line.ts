import type { LogFields } from '../ports.ts'
import type { Outcome } from './engine.ts'
import type { Task } from './queue.ts'

/** When a run of a task began, and when it was over. */
export interface RunTimes {
  readonly beganAt: Date
  readonly endedAt: Date
}

/** The one line of the log about one run of a task: its event, and everything that is known by then. */
export function taskLine(
  task: Task,
  outcome: Outcome,
  { beganAt, endedAt }: RunTimes,
): { readonly event: string; readonly fields: LogFields } {
  const said = outcome.kind === 'ended' ? outcome.ending.status : outcome.kind
  const fields = {
    ...aboutTask(task),
    outcome: said,
    attempt: task.attempts,
    step: task.step,
    seconds: secondsBetween(task.timestamp, endedAt),
    waitSeconds: secondsBetween(task.timestamp, task.startedAt ?? beganAt),
    runSeconds: secondsBetween(beganAt, endedAt),
    reason: reasonOf(outcome),
  }
  return { event: `task_${said}`, fields }
}

/** What every line about a task tells: which one it is, and whose. */
export function aboutTask({ id, action, lane, resource, owner }: Task): LogFields {
  return { taskId: id, action, lane, resource, account: owner ?? undefined }
}

function reasonOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'ended') return outcome.ending.reason ?? undefined
  return 'reason' in outcome ? outcome.reason : undefined
}

// The database has a clock of its own, which may be a little behind ours.
function secondsBetween(start: Date, end: Date): number {
  return Math.max(0, end.getTime() - start.getTime()) / 1000
}
