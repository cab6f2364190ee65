import { hashToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Principal } from '../http/principal.ts'
import type { Clock, Database, Signer } from '../ports.ts'
import { findPrincipal } from '../sessions/require-role.ts'
import type { Task, TaskQueue } from './queue.ts'

/** What reading a task needs. */
export interface ReadTaskUses {
  readonly clock: Clock
  readonly database: Database
  readonly signer: Signer
}

/** A task as those see it who may. */
export interface TaskView {
  readonly id: string
  readonly action: string
  readonly status: Task['status']
  /** Tasks of the lane before this one; null once it runs or is over. */
  readonly position: number | null
  /** Null where nobody can say: nothing like it was done before, it is over, or staff have stopped the lane. */
  readonly expectedSeconds: number | null
  readonly created: Date
  readonly finished: Date | null
  readonly error: string | null
}

/**
 * Reads a task for whoever asked for it, its owner, staff, or the holder of its own token.
 * Throws `unauthenticated` without a good credential, `unknown_task` alike for missing and foreign ones (T19).
 */
export async function readTask(
  uses: ReadTaskUses,
  id: string,
  bearer: string | undefined,
): Promise<TaskView> {
  if (bearer === undefined) throw new Failure('unauthenticated')
  if (!isAccessToken(bearer)) return readTaskByToken(uses, id, bearer)
  const principal = await findPrincipal(uses, bearer)
  // Told apart from "not yours", so that who polls with an expired token knows to sign in again.
  if (principal === undefined) throw new Failure('unauthenticated')
  const task = await uses.database.tasks.find(id)
  if (task === undefined || !mayRead(principal, task)) throw new Failure('unknown_task')
  return viewTask(uses, task)
}

/** Reads a task by its own token. Throws `unknown_task`. */
export async function readTaskByToken(
  { clock, database }: Pick<ReadTaskUses, 'clock' | 'database'>,
  id: string,
  token: string,
): Promise<TaskView> {
  const task = await database.tasks.find(id)
  if (task === undefined || task.readTokenHash !== hashToken(token))
    throw new Failure('unknown_task')
  return viewTask({ clock, database }, task)
}

// A JWT has dots (RFC 7519, 3), a task's own token is base64url and has none.
function isAccessToken(bearer: string): boolean {
  return bearer.includes('.')
}

function mayRead({ username, role }: Principal, task: Task): boolean {
  const isStaff = role === 'staff' || role === 'admin'
  return isStaff || [task.requestedBy, task.owner].includes(username)
}

type ViewUses = Pick<ReadTaskUses, 'clock' | 'database'>

async function viewTask({ clock, database: { tasks } }: ViewUses, task: Task): Promise<TaskView> {
  const { id, action, status } = task
  const position = status === 'pending' ? await tasks.position(task) : null
  return {
    id,
    action,
    status,
    position,
    expectedSeconds: await expectSeconds(tasks, task, { now: clock.now(), place: position ?? 0 }),
    created: task.timestamp,
    finished: task.finishedAt,
    error: task.error,
  }
}

// The last ones of its kind took so long, for each that is before it, and nothing begins while it is held up.
async function expectSeconds(
  tasks: TaskQueue,
  task: Task,
  { now, place }: { readonly now: Date; readonly place: number },
): Promise<number | null> {
  if (task.status !== 'pending' && task.status !== 'running') return null
  const [durations, wait] = await Promise.all([
    tasks.durations(task.action),
    tasks.heldUp(task, now),
  ])
  const seconds = medianOf(durations)
  return seconds === null || wait === null ? null : Math.ceil(wait + seconds * (place + 1))
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
