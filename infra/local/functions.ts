import type { SQSClient } from '@aws-sdk/client-sqs'
import { MongoClient } from 'mongodb'
import { functions } from '../../functions/index.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import type { HttpEvent, InvocationContext } from '../../lib/http/event.ts'
import type { Worker, WorkerDefinition } from '../../lib/http/worker.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import {
  type EventSource,
  pollQueue,
  type Running,
  type Schedule,
  startSchedule,
} from './event-source.ts'
import type { QueueUrls } from './queues.ts'

/** Calls the function that a route names, as Lambda would. Throws for a name that is not in the table. */
export function invokeEndpoint(world: World) {
  return async (name: string, event: HttpEvent, context: InvocationContext): Promise<unknown> => {
    const found = Object.entries(functions).find(([key]) => key === name)?.[1]
    if (found === undefined || isWorker(found)) throw new Error(`No endpoint is called "${name}".`)
    return found.run(event, context, world)
  }
}

/** Where the workers of one installation run. */
export interface WorkerGround {
  readonly world: World
  readonly client: SQSClient
  readonly queueUrls: QueueUrls
  readonly onFailure: (error: unknown) => void
}

/** The queue of a lane with the worker that answers to it. */
export function eventSourceOf(ground: WorkerGround, lane: Lane): EventSource {
  const worker = workers().find(({ definition: { trigger } }) => isOfLane(trigger, lane))
  if (worker === undefined) throw new Error(`No worker answers to lane ${lane}.`)
  return {
    client: ground.client,
    queueUrl: ground.queueUrls[lane],
    timeoutSeconds: worker.definition.timeoutSeconds,
    invoke: (event, context) => worker.run(event, context, ground.world),
    onFailure: ground.onFailure,
  }
}

/** One worker that the clock wakes. Throws for a name that is not one's. */
export function scheduleOf({ world, onFailure }: WorkerGround, name: string): Schedule {
  const worker = Object.entries(functions).find(([key]) => key === name)?.[1]
  if (!worker || !isWorker(worker) || worker.definition.trigger.kind !== 'schedule') {
    throw new Error(`No clock wakes "${name}".`)
  }
  const { timeoutSeconds, trigger } = worker.definition
  const invoke: Schedule['invoke'] = (event, context) => worker.run(event, context, world)
  return { everySeconds: trigger.everyMinutes * 60, timeoutSeconds, invoke, onFailure }
}

function namesOfScheduled(): readonly string[] {
  return Object.entries(functions).flatMap(([name, found]) =>
    isWorker(found) && found.definition.trigger.kind === 'schedule' ? [name] : [],
  )
}

// Lane `host` has one group, so that a second poller only waits; with real queues it is two as well.
const callsAtOnce: Readonly<Record<Lane, number>> = { host: 2, post: 5 }

/** Starts the workers of both lanes and of the clock; `everySeconds` is for the sweeper alone. */
export function startWorkers(
  ground: WorkerGround,
  options: { everySeconds?: number | undefined } = {},
): Running {
  const { everySeconds } = options
  const worlds: World[] = []
  // On Lambda calls that are under way at once are processes of their own: none waits for another one's connection.
  const alone = (): WorkerGround => {
    const world = newWorld(ground.world.environment, ground.world.overrides)
    worlds.push(world)
    return { ...ground, world }
  }
  const schedules = namesOfScheduled().map((name) => {
    const schedule = scheduleOf(alone(), name)
    const isHurried = everySeconds !== undefined && name === 'workers-sweep'
    return startSchedule(isHurried ? { ...schedule, everySeconds } : schedule)
  })
  const lanes = (['host', 'post'] as const).flatMap((lane) =>
    Array.from({ length: callsAtOnce[lane] }, () => pollQueue(eventSourceOf(alone(), lane), 1)),
  )
  const running = [...schedules, ...lanes]
  return {
    stop: async () => {
      await Promise.all(running.map((one) => one.stop()))
      await Promise.all(worlds.map(closeWorld))
    },
  }
}

/** Closes what a world keeps open. On Lambda nothing does that: a function is frozen and thrown away. */
export async function closeWorld(world: World): Promise<void> {
  for (const opened of await Promise.allSettled(world.opened.values())) {
    const value = opened.status === 'fulfilled' ? opened.value : undefined
    if (typeof value !== 'object' || value === null) continue
    if ('connection' in value) await closeConnection(value.connection)
    if ('destroy' in value && typeof value.destroy === 'function') value.destroy()
  }
}

async function closeConnection(connection: unknown): Promise<void> {
  const { client } = Object(connection)
  if (client instanceof MongoClient) await client.close()
}

function workers(): readonly Worker[] {
  return Object.values(functions).filter(isWorker)
}

function isWorker(found: (typeof functions)[keyof typeof functions]): found is Worker {
  return 'trigger' in found.definition
}

function isOfLane(trigger: WorkerDefinition['trigger'], lane: Lane): boolean {
  return trigger.kind === 'queue' && trigger.lane === lane
}
