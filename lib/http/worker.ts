import type { Opened, Uses } from '../adapters/adapter.ts'
import { processWorld } from '../adapters/process-world.ts'
import { openPorts, type World } from '../adapters/world.ts'
import type { Lane } from '../queue/queue.ts'
import type { InvocationContext } from './event.ts'

/** What wakes a worker. */
export type Trigger =
  | { readonly kind: 'queue'; readonly lane: Lane }
  | { readonly kind: 'schedule'; readonly everyMinutes: number }
  | { readonly kind: 'topic'; readonly topic: 'mail_events' }

/** Everything about one function that no request reaches. */
export interface WorkerDefinition<Used extends Uses = Uses> {
  readonly trigger: Trigger
  readonly summary: string
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly uses: Used
  /** The event as it came; the worker checks it. */
  readonly run: (event: unknown, uses: Opened<Used>, context: InvocationContext) => Promise<void>
}

/** A worker: what Lambda calls, what infra reads, what tests and the local server run. */
export interface Worker {
  (event: unknown, context: InvocationContext): Promise<void>
  readonly definition: WorkerDefinition
  run(event: unknown, context: InvocationContext, world: World): Promise<void>
}

/** Makes a worker of its declaration. */
export function worker<Used extends Uses>(declared: WorkerDefinition<Used>): Worker {
  // `uses` of the declaration and of the call are the same table; the compiler cannot follow that through a list of workers.
  const definition = declared as unknown as WorkerDefinition
  const run = async (event: unknown, context: InvocationContext, world: World) =>
    definition.run(event, await openPorts(definition.uses, world), context)
  const handler = (event: unknown, context: InvocationContext) =>
    run(event, context, processWorld())
  return Object.assign(handler, { definition, run })
}
