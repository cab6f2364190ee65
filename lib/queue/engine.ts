import type {
  Chat,
  Database,
  Doorbell,
  Host,
  Log,
  Mailer,
  Matrix,
  Milestones,
  Pace,
} from '../ports.ts'
import type { NewTaskUses } from './new-task.ts'
import { attemptsBeforeParking } from './policy.ts'
import type { Claim, Lane, NewTask, Task } from './queue.ts'
import type { Ending, EndingUses, TaskDefinition } from './task.ts'

/** Ports of the engine. A worker opens only those of its lane. */
export interface EngineUses extends EndingUses {
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly pace: Pace
  readonly milestones: Milestones
  readonly host?: Host
  readonly mailer?: Mailer
  readonly chat?: Chat
  readonly matrix?: Matrix
}

/** What became of one run of a task. */
export type Outcome =
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** Not now; `counted` when the try itself went wrong in an unexpected way. */
  | {
      readonly kind: 'later'
      readonly delaySeconds: number
      readonly counted: boolean
      readonly reason: string
    }
  /** For staff to look at; blocks the task's resource only. */
  | { readonly kind: 'parked'; readonly reason: string }
  /** The other side does not answer: nobody's fault, so the whole lane waits. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** The other side cannot be trusted or is broken: the lane stops until staff resume it. */
  | { readonly kind: 'stop_lane'; readonly reason: string }
  /** Still running over there; the next worker attaches again. */
  | { readonly kind: 'unfinished' }

/** One run of a task, with what its runner needs to know. */
export interface Run {
  readonly task: Task
  readonly claim: Claim
  /** Seconds that may still be spent before the worker has to stop. */
  secondsLeft(): number
  /** Throws `LeaseLost` once another worker took over. Asked before every act. */
  assertHeld(): void
}

/** Runs one task of one lane. */
export type Runner = (uses: EngineUses, definition: TaskDefinition, run: Run) => Promise<Outcome>

/** What wakes up the engine: the lane, its tasks by action, how to run one, and the time there is. */
export interface LaneWork {
  readonly lane: Lane
  readonly tasks: Readonly<Record<string, TaskDefinition>>
  readonly runner: Runner
  /** Messages to staff about what the engine itself decides. */
  readonly notices: {
    taskParked(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask>
    laneStopped(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask>
    taskSlow(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask>
  }
  /** Tidies up over there once a task has ended; what fails here is made up for by time. */
  readonly tidy?: (uses: EngineUses, task: Task) => Promise<void>
  secondsLeft(): number
}

/** Why the engine stopped: nothing left, no time left, or `closed` with the seconds until another try. */
export type LaneResult =
  | { readonly kind: 'idle' }
  | { readonly kind: 'out_of_time' }
  | { readonly kind: 'closed'; readonly retrySeconds: number }

/** After an unexpected end: another try with growing waits, and staff after the third (security.md 3.4). */
export function retryOrPark(
  { pace }: { readonly pace: Pace },
  task: Task,
  reason: string,
): Outcome {
  if (task.attempts + 1 >= attemptsBeforeParking) return { kind: 'parked', reason }
  const delaySeconds = inTurn(pace.retrySeconds, task.attempts)
  return { kind: 'later', delaySeconds, counted: true, reason }
}

/** The wait that is next in a row of waits; the last one repeats. */
export function inTurn(waits: readonly number[], turn: number): number {
  /* v8 ignore next -- @preserve: there is at least one wait (lib/adapters/seconds.ts) */
  return waits[Math.min(turn, waits.length - 1)] ?? 0
}

/** Awaits what goes on over there, and lets the milestone in the middle of it be known. */
export async function underWay<Result>(
  { milestones }: { readonly milestones: Milestones },
  working: Promise<Result>,
): Promise<Result> {
  const [result] = await Promise.all([working, milestones.reached('duringExec')])
  return result
}
