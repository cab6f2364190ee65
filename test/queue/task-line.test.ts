import { expect, test } from 'vitest'
import type { Outcome } from '../../lib/queue/engine.ts'
import type { Task } from '../../lib/queue/queue.ts'
import { taskLine } from '../../lib/queue/task-line.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 5, 0, second))

const task: Task = {
  id: 't'.repeat(22),
  version: 1,
  action: 'user_create',
  lane: 'host',
  resource: 'account:robin',
  status: 'running',
  timestamp: at(0),
  ynh_command: [],
  input: { username: 'robin' },
  sealed: {},
  requestedBy: 'signup.site',
  owner: 'robin',
  readTokenHash: null,
  fence: 2,
  step: 1,
  intent: 'absent',
  attempts: 1,
  lease: null,
  ring: 0,
  history: [],
  error: null,
  finishedAt: null,
  startedAt: at(3),
}
const times = { beganAt: at(20), endedAt: at(25) }

const ended: Outcome = {
  kind: 'ended',
  ending: { status: 'finished', reason: null, left: 'something' },
}

test('a run is one line with whose task it is, its waits in seconds, and what came of it', () => {
  expect(taskLine(task, ended, times)).toEqual({
    event: 'task_finished',
    fields: {
      taskId: task.id,
      action: 'user_create',
      lane: 'host',
      resource: 'account:robin',
      account: 'robin',
      outcome: 'finished',
      attempt: 1,
      step: 1,
      seconds: 25,
      waitSeconds: 3,
      runSeconds: 5,
      reason: undefined,
    },
  })
})

const outcomes: ReadonlyArray<readonly [string, string | undefined, Outcome]> = [
  [
    'task_failed',
    'No.',
    { kind: 'ended', ending: { status: 'failed', reason: 'No.', left: 'nothing' } },
  ],
  ['task_later', 'Busy.', { kind: 'later', delaySeconds: 1, counted: false, reason: 'Busy.' }],
  ['task_parked', 'Odd.', { kind: 'parked', reason: 'Odd.' }],
  ['task_unreachable', 'Away.', { kind: 'unreachable', reason: 'Away.' }],
  ['task_stop_lane', 'Bad.', { kind: 'stop_lane', reason: 'Bad.' }],
  ['task_unfinished', undefined, { kind: 'unfinished' }],
]

test.each(outcomes)('%s says why', (event, reason, outcome) => {
  const line = taskLine(task, outcome, times)
  expect([line.event, line.fields.reason]).toEqual([event, reason])
  expect(line.fields.outcome).toBe(event.replace('task_', ''))
})

test('a clock that is behind makes no negative time, and nobody is no account', () => {
  const { fields } = taskLine(
    { ...task, owner: null, timestamp: at(30), startedAt: null },
    ended,
    times,
  )
  expect(fields).toMatchObject({ seconds: 0, waitSeconds: 0, runSeconds: 5, account: undefined })
})
