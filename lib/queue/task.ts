import type * as z from 'zod'
import { type Late, late } from '../late.ts'
import type {
  Chat,
  Clock,
  Mailer,
  Matrix,
  Random,
  Records,
  Registering,
  Sealer,
  Site,
} from '../ports.ts'
import type { HostVerb, UserSeen } from '../yunohost/gate.ts'
import type { NewTask, Task, TaskInput } from './queue.ts'

/** A change on the host as data. Secrets are named here and join it on standard input only (T03). */
export interface HostCommand {
  readonly verb: HostVerb
  readonly args: Readonly<Record<string, string | boolean>>
  readonly secrets?: readonly string[]
}

/** What the end of a task may use. It runs inside the transaction that ends the task. */
export interface EndingUses {
  readonly sealer: Sealer
  readonly site: Site
  readonly clock: Clock
  readonly random: Random
  readonly registering: Pick<Registering, 'managers'>
}

/** How a task ended. */
export interface Ending {
  /** `cancelled`: nobody wants it any more, or picks another name, which is in order. */
  readonly status: 'finished' | 'failed' | 'cancelled'
  /** The host's own sentence, or ours, for staff and for the task's record. */
  readonly reason: string | null
  /** What a last look at the host showed; `parts` are what this task began and nobody is going to finish. */
  readonly left: 'nothing' | 'parts' | 'something'
}

interface TaskBasics<Input extends TaskInput> {
  /** Name of the action; the seed's field of the same name. */
  readonly action: string
  readonly input: z.ZodType<Input>
  /** Fields that are sealed at rest and erased when the task ends. */
  readonly secrets: readonly string[]
  /** Tasks of one resource run strictly in order. */
  resource(input: Input): string
  /** Username of the person it is about. */
  owner(input: Input): string | null
  /** Writes what goes with the end, and gives the tasks that follow from it. */
  ending?(about: {
    readonly task: Task
    readonly input: Input
    readonly ending: Ending
    readonly records: Records
    readonly uses: EndingUses
  }): Promise<readonly NewTask[] | undefined>
  /**
   * Writes what goes with waiting for staff, and gives the tasks that follow from it; undefined where nobody waits for
   * it any more, so that it ends.
   */
  parking?(about: {
    readonly task: Task
    readonly input: Input
    readonly reason: string
    readonly records: Records
    readonly uses: EndingUses
  }): Promise<readonly NewTask[] | undefined>
}

/** A task on the host: observe, plan, act, observe. It is done when the plan is empty (design.md 2). */
export interface HostTask<Input extends TaskInput = TaskInput> extends TaskBasics<Input> {
  readonly lane: 'host'
  /** The user whose state decides. */
  observes(input: Input): string
  /** A step of an earlier task that must have come to its end on the host before the first look. */
  awaits?(input: Input): { readonly task: string; readonly step: number; readonly fence: number }
  /** How much of that user should be there before; the task's record shows the commands for it. */
  readonly startsFrom: UserSeen['state']
  /** Asked once, before the first change: a sentence why this can never be done. */
  refuse(seen: UserSeen, input: Input): string | undefined
  plan(seen: UserSeen, input: Input): readonly HostCommand[]
  /**
   * Asked right before the first change: marks what it is for as begun, or gives a sentence why nobody wants it any
   * more (T27).
   */
  begins?(
    input: Input,
    uses: { readonly records: Records; readonly clock: Clock },
  ): Promise<string | undefined>
}

/** What delivering may use. */
export interface PostUses extends EndingUses {
  /** When the task was stored: a repeated message says the same as the first. */
  readonly askedAt: Date
  readonly records: Records
  /** How many tries were begun before this one; what became of them may be unknown. */
  readonly tries: number
  readonly mailer: Mailer
  readonly chat: Chat
  readonly matrix: Matrix
}

/** Why a message goes to nobody: `cancelled` where nobody wants it any more, which is in order. */
export interface Undelivered {
  readonly status: 'failed' | 'cancelled'
  readonly reason: string
}

/** A message to a person or to staff: one act, repeated until it is accepted. */
export interface PostTask<Input extends TaskInput = TaskInput> extends TaskBasics<Input> {
  readonly lane: 'post'
  /**
   * Hours of silence after which it is given up, or with `parks` waits for staff; without it those of a message
   * (lib/queue/policy.ts).
   */
  readonly patienceHours?: number
  /** True where giving up would lose more than a message: then it is parked and keeps its secrets. */
  readonly parks?: boolean
  /** Throws `DeliveryError`. `undefined` is delivered. */
  deliver(
    input: Input,
    secrets: Readonly<Record<string, string>>,
    uses: PostUses,
  ): Promise<Undelivered | undefined>
}

type Declared<Input extends TaskInput, Definition extends TaskBasics<Input>> = Omit<
  Definition,
  'lane' | 'input'
> & { readonly input: Late<z.ZodType<Input>> }

/** Declares a task of lane `host`. `observes` comes before `plan`, `secrets` names sealed fields. */
export function hostTask<Input extends TaskInput>(
  declared: Declared<Input, HostTask<Input>>,
): HostTask<Input> {
  const input = late(declared.input)
  return {
    ...declared,
    lane: 'host',
    get input() {
      return input()
    },
  }
}

/** Declares a task of lane `post`. */
export function postTask<Input extends TaskInput>(
  declared: Declared<Input, PostTask<Input>>,
): PostTask<Input> {
  const input = late(declared.input)
  return {
    ...declared,
    lane: 'post',
    get input() {
      return input()
    },
  }
}

/** Any declared task. Its input was checked by its own schema, so the methods may take it. */
// biome-ignore lint/suspicious/noExplicitAny: a table of tasks whose inputs differ; each is parsed by its own schema before use
export type TaskDefinition = HostTask<any> | PostTask<any>
