/** What was true on the host at any moment, told by the ledger alone. */
import { createHash } from 'node:crypto'
import { beginningOf } from './lives.ts'
import type { Effect, RecordedTask, RunRecord } from './run-record.ts'

interface UserThen {
  readonly fullName: string
  readonly mail: string
  readonly password: Effect['password']
}

function inOrder(effects: readonly Effect[]): readonly Effect[] {
  return [...effects].sort((one, other) => one.endMs - other.endMs)
}

/** What a task changed on the host, in order. */
export function effectsOf({ effects }: RunRecord, taskId: string): readonly Effect[] {
  return inOrder(effects.filter((one) => one.taskId === taskId && one.name !== 'ended'))
}

/** Whether what a task is for was true at some moment of its life, up to `atMs`. */
export function wasTrueBy(record: RunRecord, task: RecordedTask, atMs: number): boolean {
  const { username } = task.input
  const about = inOrder(record.effects).filter((one) => one.username === username)
  const beganMs = beginningOf(record, task.id)
  const moments = about.map(({ endMs }) => endMs).filter((one) => one >= beganMs && one <= atMs)
  return [Math.min(beganMs, atMs), ...moments].some((moment) => {
    const then = userAt(about, moment)
    return isDone(record, { task, then, atMs })
  })
}

interface Question {
  readonly task: RecordedTask
  readonly then: UserThen | undefined
  readonly atMs: number
}

function isDone(record: RunRecord, { task, then, atMs }: Question): boolean {
  const own = effectsOf(record, task.id).filter(({ endMs }) => endMs <= atMs)
  const { username, display_name, domain } = task.input
  switch (task.action) {
    case 'user_create':
      return (
        own.some(({ name }) => name === 'user_created') &&
        isNamed(then, display_name) &&
        then?.mail === `${username}@${domain}`
      )
    case 'user_update':
      return isNamed(then, display_name)
    case 'user_password':
      return hasPassword(record, { task, then, atMs })
    case 'user_check':
    case 'user_delete':
      return then === undefined
    default:
      // A kind of task that this file does not know has to have changed something.
      return own.length > 0
  }
}

function isNamed(then: UserThen | undefined, name: unknown): boolean {
  return then !== undefined && joinWords(then.fullName) === joinWords(String(name))
}

function joinWords(name: string): string {
  return name.split(/\s+/).filter(Boolean).join(' ')
}

function hasPassword(record: RunRecord, { task, then }: Question): boolean {
  const known = record.secrets.filter(({ taskId }) => taskId === task.id)
  if (known.length > 0) return known.some(({ value }) => isProofOf(then?.password, value))
  return effectsOf(record, task.id).some(({ password }) => password !== undefined)
}

/** Whether a proof was made of this password. */
export function isProofOf(proof: Effect['password'], password: string): boolean {
  if (proof === undefined) return false
  const { salt, sha256 } = proof
  return (
    createHash('sha256')
      .update(salt + password)
      .digest('hex') === sha256
  )
}

function userAt(about: readonly Effect[], atMs: number): UserThen | undefined {
  let user: UserThen | undefined
  for (const { name, endMs, fullName, mail, password } of about) {
    if (endMs > atMs) break
    if (name === 'user_created') user = { fullName: fullName ?? '', mail: mail ?? '', password }
    if (name === 'user_deleted') user = undefined
    if (name === 'user_updated' && user !== undefined) {
      user = {
        ...user,
        fullName: fullName ?? user.fullName,
        password: password ?? user.password,
      }
    }
  }
  return user
}
