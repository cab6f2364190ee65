import type { SealedValue } from '../ports.ts'

/** `host`: one command at a time. `post`: mails and chat, in order per resource (design.md 2). */
export type Lane = 'host' | 'post'

/** Where a task can be. The last four are final, and final tasks lie in `logs`. */
export const taskStatuses = [
  'pending',
  'running',
  'parked',
  'finished',
  'failed',
  'cancelled',
  'expired',
] as const

/** Where a task is. */
export type TaskStatus = (typeof taskStatuses)[number]

/** What a task works on; the values are checked by its definition's schema. */
export type TaskInput = Readonly<Record<string, string | number | boolean | null>>

/** One try of one step, as staff read it later. Secrets are masked before they get here. */
export interface TaskAttempt {
  readonly step: number
  readonly verb: string
  readonly at: Date
  readonly seconds: number
  readonly exit: number | null
  readonly outcome: string
  readonly output: string
}

/** Held by the worker that runs a task. A worker whose `fence` is not the newest may not write any more. */
export interface Lease {
  /** Null when a worker left the task on purpose, to be taken up by the next one. */
  readonly owner: string | null
  readonly until: Date
}

/** A task as it is stored. `action`, `ynh_command`, `status` and `timestamp` are the seed's names. */
export interface Task {
  readonly id: string
  readonly version: number
  readonly action: string
  readonly lane: Lane
  readonly resource: string
  readonly status: TaskStatus
  readonly timestamp: Date
  /** The commands as people read them, secrets left out. */
  readonly ynh_command: readonly string[]
  readonly input: TaskInput
  readonly sealed: Readonly<Record<string, SealedValue>>
  /** Username of whoever asked, null where nobody was signed in. */
  readonly requestedBy: string | null
  /** Username of the person it is about. */
  readonly owner: string | null
  /** SHA-256 of the token that lets an asker without an account read this task. */
  readonly readTokenHash: string | null
  readonly fence: number
  /** The step whose intent was written last; the gate runs each step at most once. */
  readonly step: number
  /** What the first read of the host showed, written before the first change. */
  readonly intent: string | null
  /** Tries that ended in an unexpected way; the third parks the task. */
  readonly attempts: number
  readonly lease: Lease | null
  readonly ring: number
  readonly history: readonly TaskAttempt[]
  /** Sentence for the person, when the task failed or is parked. */
  readonly error: string | null
  readonly finishedAt: Date | null
  /** First start since it was stored, tried again by hand or by the sweeper, or met an absent host. */
  readonly startedAt: Date | null
}

/** What is needed to store a new task; everything else begins at its natural start. */
export interface NewTask {
  readonly id: string
  readonly action: string
  readonly lane: Lane
  readonly resource: string
  readonly timestamp: Date
  readonly ynh_command: readonly string[]
  readonly input: TaskInput
  readonly sealed: Readonly<Record<string, SealedValue>>
  readonly requestedBy: string | null
  readonly owner: string | null
  readonly readTokenHash: string | null
}

/** State of a lane as `npm run queue -- status` shows it. */
export interface LaneState {
  readonly lane: Lane
  readonly paused: boolean
  readonly reason: string | null
  readonly pending: number
  readonly running: number
  readonly parked: readonly Task[]
  /** Resources whose later tasks wait behind a parked one, with how many. */
  readonly blocked: ReadonlyArray<{ readonly resource: string; readonly waiting: number }>
  readonly oldest: Date | null
}

/** Holder of a claimed task: only the newest fence may write. */
export interface Claim {
  readonly id: string
  readonly fence: number
}

/** Why a write was refused: somebody else claimed the task since. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** The stored tasks. Every change is conditional on status and fence, so that a late worker changes nothing. */
export interface TaskQueue {
  /** Of one resource, what is stored first runs first: its records change in that order too. */
  insert(task: NewTask): Promise<void>
  /** From the queue or the logs. */
  find(id: string): Promise<Task | undefined>
  /** The oldest task that may run, now running under a new fence; first one whose lease has ended. */
  claim(lane: Lane, owner: string, leaseSeconds: number): Promise<Task | undefined>
  /** Throws `LeaseLost`. */
  renew(claim: Claim, leaseSeconds: number): Promise<void>
  /** Ends the lease so that the next worker goes on at once; not counted as an attempt. Throws `LeaseLost`. */
  leave(claim: Claim): Promise<void>
  /** True for the first call on a task only: staff hear once that it is slow. */
  markTold(claim: Claim): Promise<boolean>
  /** Writes what is about to be done, before it is done. Throws `LeaseLost`. */
  recordIntent(claim: Claim, intent: { intent: string; step: number }): Promise<void>
  recordAttempt(claim: Claim, attempt: TaskAttempt): Promise<void>
  /**
   * Back to pending, runnable after `delaySeconds`; `counted` adds one to the attempts. `isBegunAnew`: how long it takes
   * counts from its next start. Throws `LeaseLost`.
   */
  postpone(
    claim: Claim,
    postponement: { delaySeconds: number; counted: boolean; isBegunAnew?: boolean },
  ): Promise<void>
  /** Waits for staff and blocks its resource only; true where they have to be told of it. Throws `LeaseLost`. */
  park(claim: Claim, error: string): Promise<boolean>
  /** Moves a task to the logs, erases its secrets and makes the next of its resource runnable. Throws `LeaseLost`. */
  finish(
    claim: Claim,
    end: { status: 'finished' | 'failed' | 'cancelled'; error: string | null; at: Date },
  ): Promise<void>
  /** Makes delayed tasks runnable whose time has come; tells how many. */
  promote(lane: Lane): Promise<number>
  /** Notes one more ring and gives its number. */
  noteRing(id: string): Promise<number>
  /** Something that a ring would help, when nobody holds a lease: its id, ring number and resource. */
  findToRing(lane: Lane): Promise<{ id: string; ring: number; resource: string } | undefined>
  /** How many runnable or running tasks of the lane are before this one. */
  position(task: Task): Promise<number>
  /** Seconds that the task or its lane has to wait before anything happens; null while staff have stopped it. */
  heldUp(task: Task, now: Date): Promise<number | null>
  /** Seconds that the last 50 finished tasks of an action took, newest first. */
  durations(action: string): Promise<readonly number[]>
  laneState(lane: Lane): Promise<LaneState>
  /** Seconds until the lane opens by itself, because the other side did not answer; null while staff have paused it. */
  secondsClosed(lane: Lane): Promise<number | null>
  /** Seconds until the last lease of the lane ends, unless it is renewed. */
  secondsHeld(lane: Lane): Promise<number>
  /**
   * Keeps the lane closed for a while, twice as long each time in a row; gives the seconds, how many times, and whether
   * staff were told.
   */
  closeLane(
    lane: Lane,
    waits: { first: number; longest: number },
  ): Promise<{ seconds: number; misses: number; isTold: boolean }>
  /** True for the first call on a closed lane only: staff hear once that it stands still. */
  markLaneTold(lane: Lane): Promise<boolean>
  /** The other side answered again. */
  openLane(lane: Lane): Promise<void>
  pause(lane: Lane, reason: string): Promise<void>
  resume(lane: Lane): Promise<void>
  /**
   * A parked or delayed task is runnable again; false when it is in no such state. Where it parks once more, only `staff`
   * who had it tried hear of that again.
   */
  retry(id: string, by: 'staff' | 'sweeper'): Promise<boolean>
  /** By hand: a task that is not running ends. False when it is in no such state. */
  end(
    id: string,
    end: { status: 'cancelled' | 'failed'; error: string; at: Date },
  ): Promise<boolean>
}
