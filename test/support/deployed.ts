/**
 * What serves a test's world: the functions as they are in the sources, or, in the rehearsal, packaged and
 * in processes of their own, with routes, event sources and schedules as the templates have them.
 */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject, TestRunner } from 'vitest'
import { functions } from '../../functions/index.ts'
import { type Deployment, readDeployment } from '../../infra/local/deployment.ts'
import type { EventSource, Schedule } from '../../infra/local/event-source.ts'
import { eventSourceOf, invokeEndpoint, scheduleOf } from '../../infra/local/functions.ts'
import type { GatewayOptions } from '../../infra/local/gateway.ts'
import type { Installation } from '../../infra/local/installation.ts'
import type { Invoke } from '../../infra/local/invocation.ts'
import { openPackages } from '../../infra/local/packaged-installation.ts'
import type { Servers } from '../../infra/local/servers.ts'
import { routeTable } from '../../infra/routes.ts'
import type { World } from '../../lib/adapters/world.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import type { CollectingLog } from './log.ts'
import type { Packages } from './setup.ts'

/** How a world reaches its functions. */
export interface Deployed {
  readonly gateway: Pick<GatewayOptions, 'routes' | 'invoke' | 'cors' | 'timeoutSeconds' | 'now'>
  source(lane: Lane): EventSource
  schedule(name: string): Schedule
  /** Calls any function by its name. */
  invoke(name: string, ...call: Parameters<Invoke>): Promise<unknown>
  stop(): Promise<void>
}

/** What the functions of one world run with. */
export interface DeployedGround {
  readonly world: World
  readonly servers: Servers
  readonly installation: Installation
  readonly log: CollectingLog
  readonly onFailure: (error: unknown) => void
}

/** Opens the functions of a world, whichever this run is about. */
export async function openDeployed(ground: DeployedGround): Promise<Deployed> {
  const { packages } = inject('ground')
  return packages ? openPackaged(ground, packages) : openSources(ground)
}

/** Leaves a test out of the rehearsal that needs something which no function on AWS can be given. */
export function needsSources(reason: string): void {
  if (inject('ground').packages === undefined) return
  const test = TestRunner.getCurrentTest()
  if (test === undefined) throw new Error(`Not in the rehearsal: ${reason}`)
  test.context.skip(`not in the rehearsal: ${reason}`)
}

function openSources({ world, servers, installation, onFailure }: DeployedGround): Deployed {
  const { client } = servers.queues
  const ground = { world, client, queueUrls: installation.queueUrls, onFailure }
  return {
    gateway: { routes: routeTable(functions), invoke: invokeEndpoint(world) },
    source: (lane) => eventSourceOf(ground, lane),
    schedule: (name) => scheduleOf(ground, name),
    invoke: async (name, event, context) => {
      const found = Object.entries(functions).find(([key]) => key === name)?.[1]
      // Each function takes the event of its own kind; the table cannot say which that is.
      return found?.run(event as never, context, world)
    },
    stop: async () => undefined,
  }
}

async function openPackaged(ground: DeployedGround, packages: Packages): Promise<Deployed> {
  const { installation, servers, onFailure, log } = ground
  const deployment = await readDeployment(packages.templates, packages.code)
  const onLine = (line: string) => log.hear(line)
  const { stage } = packages
  const { invoke, called, stop } = openPackages({ deployment, stage, installation, onLine })
  const { routes, cors, gatewaySeconds } = deployment
  const { client } = servers.queues
  return {
    gateway: { routes, invoke, cors, timeoutSeconds: gatewaySeconds, now: () => new Date() },
    invoke,
    source: (lane) => {
      const { functionName, timeoutSeconds } = sourceOf(deployment, lane)
      const call: Invoke = (event, context) => invoke(functionName, event, context)
      return {
        client,
        queueUrl: installation.queueUrls[lane],
        timeoutSeconds,
        invoke: call,
        onFailure,
      }
    },
    schedule: (name) => {
      const found = deployment.schedules.find(({ functionName }) => functionName === name)
      if (found === undefined) throw new Error(`No template wakes "${name}" by the clock.`)
      const timeoutSeconds = deployment.functions.get(name)?.timeoutSeconds ?? 0
      const call: Invoke = (event, context) => invoke(name, event, context)
      return { everySeconds: found.everySeconds, timeoutSeconds, invoke: call, onFailure }
    },
    stop: async () => {
      await stop()
      await appendFile(join(packages.code, 'called'), `${called().join('\n')}\n`)
    },
  }
}

function sourceOf({ sources, functions: deployed }: Deployment, lane: Lane) {
  const queue = lane === 'host' ? 'HostQueue' : 'PostQueue'
  const [source, ...others] = sources.filter((one) => one.queue === queue)
  const timeoutSeconds = deployed.get(source?.functionName ?? '')?.timeoutSeconds
  if (source === undefined || timeoutSeconds === undefined || others.length > 0) {
    throw new Error(`The templates have ${others.length + 1} workers for lane ${lane}.`)
  }
  return { functionName: source.functionName, timeoutSeconds }
}
