import { newId } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Clock, Random, SealedValue, Sealer } from '../ports.ts'
import { toCommandLine } from '../yunohost/command-line.ts'
import type { NewTask, TaskInput } from './queue.ts'
import type { HostTask, PostTask } from './task.ts'

/** What making a task needs. */
export interface NewTaskUses {
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Pick<Sealer, 'seal'>
}

/** A task's own values, and who stands behind it. */
export interface NewTaskValues<Input> {
  readonly input: Input
  readonly secrets?: Readonly<Record<string, string>>
  readonly requestedBy?: string | null
  readonly readTokenHash?: string | null
}

/** Makes a task ready to be stored: checked, with an id of 128 random bits, its secrets sealed to that id. */
export async function newTask<Input extends TaskInput>(
  uses: NewTaskUses,
  definition: HostTask<Input> | PostTask<Input>,
  values: NewTaskValues<NoInfer<Input>>,
): Promise<NewTask> {
  const id = newId(uses.random)
  const input = definition.input.parse(values.input)
  return {
    id,
    action: definition.action,
    lane: definition.lane,
    resource: definition.resource(input),
    timestamp: uses.clock.now(),
    ynh_command: definition.lane === 'host' ? commandLines(definition, input) : [],
    input,
    sealed: await sealAll(uses.sealer, id, pick(values.secrets ?? {}, definition.secrets)),
    requestedBy: values.requestedBy ?? null,
    owner: definition.owner(input),
    readTokenHash: values.readTokenHash ?? null,
  }
}

// What staff read before anything ran; the history tells what really did.
function commandLines<Input extends TaskInput>(
  { plan, startsFrom }: HostTask<Input>,
  input: Input,
): readonly string[] {
  const seen = { state: startsFrom, full_name: null, mail: null, home: true, mailbox: true }
  return plan(seen, input).map(toCommandLine)
}

function pick(secrets: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.entries(secrets).filter(([name]) => names.includes(name))
}

async function sealAll(
  sealer: Pick<Sealer, 'seal'>,
  taskId: string,
  secrets: ReadonlyArray<readonly [string, string]>,
): Promise<Record<string, SealedValue>> {
  const sealed = secrets.map(
    async ([name, plain]) => [name, await sealer.seal(plain, boundTo(taskId, name))] as const,
  )
  return Object.fromEntries(await Promise.all(sealed))
}

/** Opens the sealed fields of a task. Throws `unavailable` without their key: it may come back (FI-33). */
export async function openSecrets(
  sealer: Sealer,
  task: { readonly id: string; readonly sealed: Readonly<Record<string, SealedValue>> },
): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {}
  for (const [name, value] of Object.entries(task.sealed)) {
    secrets[name] = await sealer.open(value, boundTo(task.id, name)).catch((cause: unknown) => {
      throw new Failure('unavailable', { cause })
    })
  }
  return secrets
}

function boundTo(taskId: string, field: string): string {
  return `task:${taskId}:${field}`
}
