import { Failure } from '../failure.ts'
import type { Database, Log, Records } from '../ports.ts'
import type { Lane, LaneState, Task } from './queue.ts'
import type { EndingUses, TaskDefinition } from './task.ts'
import { aboutTask } from './task-line.ts'

/** What steering the queue needs. The sweeper rings for what becomes runnable, within a minute. */
export interface ControlUses extends EndingUses {
  readonly database: Database
  readonly log: Log
}

/** Both lanes as they are. */
export async function queueStatus(uses: Pick<ControlUses, 'database'>): Promise<LaneState[]> {
  const lanes: readonly Lane[] = ['host', 'post']
  return Promise.all(lanes.map((lane) => uses.database.tasks.laneState(lane)))
}

/** Lets a lane begin nothing new. What runs now runs to its end. */
export async function pauseLane(uses: ControlUses, lane: Lane, reason: string): Promise<void> {
  await uses.database.tasks.pause(lane, reason)
  uses.log.info('lane_paused', { lane, reason })
}

/** Lets a paused, stopped or waiting lane go on. */
export async function resumeLane(uses: ControlUses, lane: Lane): Promise<void> {
  await uses.database.tasks.resume(lane)
  uses.log.info('lane_resumed', { lane })
}

/** Makes a parked or delayed task runnable at once. Throws `unknown_task` or `task_not_changeable`. */
export async function retryTask(uses: ControlUses, id: string): Promise<void> {
  await findTask(uses.database, id)
  if (!(await uses.database.tasks.retry(id, 'staff'))) throw new Failure('task_not_changeable')
  uses.log.info('task_retried', { taskId: id })
}

/** Ends a parked or delayed task as failed, so that later ones of its resource go on. Throws like `retryTask`. */
export async function skipTask(
  uses: ControlUses,
  tasks: Readonly<Record<string, TaskDefinition>>,
  id: string,
): Promise<void> {
  await endByHand(uses, tasks, { id, status: 'failed', error: 'Skipped by staff.' })
}

/** Takes back a task that has not begun. Throws like `retryTask`; one that has begun is skipped instead. */
export async function cancelTask(
  uses: ControlUses,
  tasks: Readonly<Record<string, TaskDefinition>>,
  id: string,
): Promise<void> {
  await endByHand(uses, tasks, { id, status: 'cancelled', error: 'Cancelled by staff.' })
}

interface HandMadeEnd {
  readonly id: string
  readonly status: 'cancelled' | 'failed'
  readonly error: string
}

async function endByHand(
  uses: ControlUses,
  tasks: Readonly<Record<string, TaskDefinition>>,
  { id, status, error }: HandMadeEnd,
) {
  const ended = await uses.database.transaction(async (records) => {
    // Read in here: what a worker begins meanwhile must not be ended as a task that left nothing.
    const task = await findTask(records, id)
    const hasBegun = task.intent !== null
    const at = uses.clock.now()
    const mayEnd = status === 'failed' || !hasBegun
    const isEnded = mayEnd && (await records.tasks.end(id, { status, error, at }))
    if (!isEnded) throw new Failure('task_not_changeable')
    // Nothing of a task that never wrote an intent can be on the host.
    const left = hasBegun ? 'parts' : 'nothing'
    const ending = { status: 'failed', reason: error, left } as const
    const definition = tasks[task.action]
    // A task whose input a newer version cannot read must still be possible to end.
    const input = definition?.input.safeParse(task.input)
    const next = input?.success
      ? ((await definition?.ending?.({ task, input: input.data, ending, records, uses })) ?? [])
      : []
    for (const follower of next) await records.tasks.insert(follower)
    return task
  })
  uses.log.info(`task_${status}`, { ...aboutTask(ended), outcome: status, reason: error })
}

async function findTask({ tasks }: Pick<Records, 'tasks'>, id: string): Promise<Task> {
  const task = await tasks.find(id)
  if (task === undefined) throw new Failure('unknown_task')
  if (task.finishedAt !== null) {
    const text = `This task has ended already: ${task.status}. ${task.error ?? ''}`.trim()
    throw new Failure('task_not_changeable', { text })
  }
  return task
}
