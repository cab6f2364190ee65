/** One Gatehouse on real parts for one benchmark, in other processes than the one that measures. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Db, MongoClient } from 'mongodb'
import { openFileLog } from '../../infra/local/file-log.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import type { QueueUrls } from '../../infra/local/queues.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import { type OtherProcess, startPart } from './part.ts'

/** What a Gatehouse is started with. */
export interface GatehouseOrder {
  readonly folder: string
  readonly settings: Readonly<Record<string, string>>
}

/** What can be known of it from outside. */
export interface GatehouseFacts {
  readonly environment: Readonly<Record<string, string>>
  readonly queueUrls: QueueUrls
  /** Of the API. */
  readonly port: number
  readonly databaseUri: string
  readonly database: string
  readonly host: {
    readonly kind: 'openssh' | 'ssh2'
    readonly folder: string
    readonly port: number
    readonly user: string
  }
}

/** What its workers are started with. */
export interface WorkersOrder {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly queueUrls: QueueUrls
}

/** A running Gatehouse, at first without workers. */
export interface BenchGatehouse extends GatehouseFacts {
  readonly folder: string
  /** For the process that measures. */
  readonly world: World
  /** The database past every rule. */
  readonly db: Db
  startWorkers(): Promise<void>
  stopWorkers(): Promise<void>
  stop(): Promise<void>
}

const gatehouseProgram = new URL('./gatehouse-process.ts', import.meta.url)
const workersProgram = new URL('./workers-process.ts', import.meta.url)

/** Starts a Gatehouse below a folder. No limit of requests stands in the way of a benchmark. */
export async function startGatehouse(parent: string): Promise<BenchGatehouse> {
  const folder = await mkdtemp(join(parent, 'gatehouse-'))
  const settings = { CREATE_USER_PER_HOUR: '999999' }
  const part = await startPart<GatehouseFacts>(gatehouseProgram, { folder, settings })
  const { environment, queueUrls, databaseUri } = part.facts
  const log = openFileLog(join(folder, 'bench.log'))
  const world = newWorld(environment, { log })
  const client = new MongoClient(databaseUri)
  const workers = openWorkers({ folder, environment, queueUrls })
  return {
    ...part.facts,
    ...{ folder, world, db: client.db() },
    startWorkers: workers.start,
    stopWorkers: workers.stop,
    stop: async () => {
      await workers.stop()
      await closeWorld(world)
      await client.close()
      await part.stop()
      await log.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function openWorkers(order: WorkersOrder) {
  let running: OtherProcess<undefined> | undefined
  return {
    start: async () => {
      running ??= await startPart<undefined>(workersProgram, order)
    },
    stop: async () => {
      // They would go on until their queue is empty or their time is up, and nothing needs their end.
      await running?.kill()
      running = undefined
    },
  }
}
