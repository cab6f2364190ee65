/** A short run in which everything went well, for tests that break one thing of it. */
import { createHash } from 'node:crypto'
import { harmless } from './diary.ts'
import type { Effect, RecordedTask, RunRecord } from './run-record.ts'

const start = Date.UTC(2026, 10, 21, 6)

/** A moment of the run, by its second. */
export const at = (second: number) => start + second * 1000

/** Ids of the run's tasks. */
export const ids = {
  create: 'create0000000000000000',
  welcome: 'welcome000000000000000',
  told: 'told000000000000000000',
  password: 'password00000000000000',
  notice: 'notice0000000000000000',
  update: 'update0000000000000000',
} as const

/** The password that is set in the run. */
export const password = 'Kastanie-7-Regenbogen'

/** A password as the host's ledger shows it. */
export const proofOf = (value: string) => {
  const salt = '0123456789abcdef'
  return {
    salt,
    sha256: createHash('sha256')
      .update(salt + value)
      .digest('hex'),
  }
}

/** What a test says of a task. */
export type TaskWish = Pick<RecordedTask, 'id' | 'action' | 'lane' | 'resource' | 'input'>

/** A task that was asked for in that second and ended well. */
export function ended(second: number, wish: TaskWish): RecordedTask {
  const end = { place: 'logs', status: 'finished', isSealed: false, leaseUntilMs: null } as const
  return { ...wish, ...end, tries: null, timestampMs: at(second) }
}

/** A change that a task made on the host in that second. */
export function done(
  second: number,
  taskId: string,
  wish: Pick<Effect, 'name'> & Partial<Effect>,
): Effect {
  return {
    ...{ username: 'robin', taskId, step: 1, pid: second },
    ...{ startMs: at(second), endMs: at(second) + 100 },
    ...wish,
  }
}

const command = (second: number, taskId: string, text: string) => {
  return { atMs: at(second), pid: second, taskId, step: 1, text, isRead: false }
}

/** What was seen of a task that ended well. */
export const life = (taskId: string, from: number, to: number) => [
  { taskId, status: 'pending', afterMs: at(from), byMs: at(from) + 50 },
  { taskId, status: 'running', afterMs: at(from) + 50, byMs: at(from) + 100 },
  { taskId, status: 'finished', afterMs: at(to), byMs: at(to) + 50 },
]

const promise = (path: string, second: number, taskId: string | null) => {
  return { path, username: 'robin', taskId, askedMs: at(second), answeredMs: at(second) + 20 }
}

const told = (second: number, taskId: string, status: string) => {
  return { taskId, status, askedMs: at(second), answeredMs: at(second) + 20 }
}

const username = 'robin'
const address = 'robin@mail.example'

/** A new copy of the good run. */
export function goodRun(): RunRecord {
  return structuredClone({
    beganMs: at(0),
    endedMs: at(100),
    acknowledgements: [
      promise('/create_user', 1, ids.create),
      promise('/password_reset', 10, ids.password),
    ],
    polls: [
      told(2, ids.create, 'pending'),
      told(3, ids.create, 'running'),
      told(6, ids.create, 'finished'),
      told(15, ids.password, 'finished'),
    ],
    sightings: [
      ...life(ids.create, 1, 5),
      ...life(ids.welcome, 5, 7),
      ...life(ids.told, 5, 7),
      ...life(ids.password, 10, 13),
      ...life(ids.notice, 10, 13),
      ...life(ids.update, 11, 17),
    ],
    tasks: [
      ended(1, {
        ...{ id: ids.create, action: 'user_create', lane: 'host', resource: 'account:robin' },
        input: { username, display_name: 'Robin Ash', domain: 'lantern.example' },
      }),
      ended(5, {
        ...{ id: ids.welcome, action: 'send_mail', lane: 'post', resource: 'mail:robin' },
        input: { template: 'set_password', username },
      }),
      ended(5, {
        ...{ id: ids.told, action: 'tell_staff', lane: 'post', resource: 'chat:staff' },
        input: { event: 'account_created', username, reason: '' },
      }),
      ended(10, {
        ...{ id: ids.password, action: 'user_password', lane: 'host', resource: 'account:robin' },
        input: { username },
      }),
      ended(10, {
        ...{ id: ids.notice, action: 'send_mail', lane: 'post', resource: 'mail:robin' },
        input: { template: 'password_changed', username },
      }),
      ended(11, {
        ...{ id: ids.update, action: 'user_update', lane: 'host', resource: 'account:robin' },
        input: { username, display_name: 'Robin Oak' },
      }),
    ],
    accounts: [{ username, address }],
    registrationWords: [],
    registrations: [],
    matrixNames: [],
    effects: [
      done(4, ids.create, {
        ...{ name: 'user_created', fullName: 'Robin Ash', mail: 'robin@lantern.example' },
        password: proofOf('drawn by the gate'),
      }),
      done(4, ids.create, { name: 'ended', endMs: at(4) + 200 }),
      done(12, ids.password, { name: 'user_updated', password: proofOf(password) }),
      done(16, ids.update, { name: 'user_updated', fullName: 'Robin Oak' }),
    ],
    commands: [
      command(4, ids.create, 'user create robin'),
      command(12, ids.password, 'user update robin'),
      command(16, ids.update, 'user update robin'),
    ],
    mails: [
      {
        ...{ to: address, subject: 'Your account is ready: please set your password' },
        ...{ text: 'https://gatehouse.example/password_reset?token=welcome', atMs: at(6) },
      },
      { to: address, subject: 'A new password was set', text: 'At six.', atMs: at(13) },
    ],
    chat: [{ title: 'An account was created', about: username, atMs: at(7) }],
    queues: { host: [], post: [], dead: [] },
    faults: [{ name: 'host: refuse', beganMs: at(2), endedMs: at(3), ...harmless }],
    secrets: [{ name: 'a new password', value: password, taskId: ids.password }],
    places: [{ name: 'log', text: 'task_finished' }],
    expectedDead: [],
    expectedFailures: [],
  } satisfies RunRecord)
}
