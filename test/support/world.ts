/**
 * A Gatehouse for one test: real database, queues, mailbox, SSH server and gateway, with names of its own in
 * each; only clock, randomness and log are in memory. It ends with the test, and fails it when an
 * error was logged that the test did not announce.
 */
import { join } from 'node:path'
import type { Db } from 'mongodb'
import { expect, inject, onTestFinished } from 'vitest'
import type { CorsSettings } from '../../infra/local/cors.ts'
import type { DiscordFault } from '../../infra/local/discord.ts'
import { drainQueue, tick } from '../../infra/local/event-source.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { startGateway } from '../../infra/local/gateway.ts'
import {
  type HostFault,
  type HostOptions,
  type HostUser,
  type LocalHost,
  startHost,
} from '../../infra/local/host.ts'
import { type Installation, mailDomain, newInstallation } from '../../infra/local/installation.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import type { StoredMail } from '../../infra/local/mailbox.ts'
import type { Account, Role } from '../../lib/accounts/account.ts'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import type { Database, Ports } from '../../lib/ports.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import { type LineName, putHostLine, putLines } from '../chaos/lines.ts'
import type { ChaosProxy } from '../chaos/proxy.ts'
import { type Call, newClient } from './call.ts'
import { type FrozenClock, newFrozenClock } from './clock.ts'
import { needsSources, openDeployed } from './deployed.ts'
import { type CollectingLog, newCollectingLog } from './log.ts'
import { checkingCall } from './openapi-check.ts'
import { addAccount, newToken, quickHasher, usernameOf } from './people.ts'
import { newSeededRandom } from './random.ts'
import { sharedServers } from './servers.ts'

/** What is particular about a test's world. */
export interface TestWorldOptions {
  /** Where the clock stands; without it at the moment of the call, because the database deletes by its own clock. */
  readonly now?: Date
  /** Makes the randomness repeat itself; without it it is real. */
  readonly seed?: string
  readonly settings?: Readonly<Record<string, string>>
  /** Leases, waits and time-outs of about a second instead of the design's. */
  readonly isFast?: boolean
  readonly overrides?: Partial<Ports>
  readonly cors?: CorsSettings
  /** Servers that are reached over a proxy of this world's own, which can be told to fail. */
  readonly lines?: readonly LineName[]
  readonly standin?: HostOptions['standin']
  /** Passwords at the cost of a deployment, a quarter of a second each; without it at next to none. */
  readonly hasRealHashes?: boolean
}

/** One Gatehouse and what a test can see and do from outside. */
export interface TestWorld {
  readonly world: World
  readonly clock: FrozenClock
  readonly log: CollectingLog
  readonly installation: Installation
  /** The database from outside, past every line. */
  readonly db: Db
  readonly database: Database
  readonly origin: string
  readonly call: Call
  line(name: LineName): ChaosProxy
  addAccount(wish: Partial<Account> & { readonly username: string }): Promise<Account>
  /** An access token of an account with this role, which is made when it is first asked for. */
  as(role: Role): Promise<string>
  tokenOf(username: string, role?: Role): Promise<string>
  /** Delivers what the queues hold until both are empty. */
  runWorkers(): Promise<void>
  /** Delivers what one queue holds right now; tells how many messages that were. */
  wake(lane: Lane): Promise<number>
  sweep(): Promise<void>
  /** Calls any function by its name, as AWS would. */
  invoke(name: string, event: unknown): Promise<unknown>
  /** Copies the host's names, as every night. */
  readHostNames(): Promise<void>
  /** Makes everything due that waits for a time, and ends the leases of workers that are gone. */
  skipWaits(): Promise<void>
  mails(): Promise<readonly StoredMail[]>
  /** Messages in the staff's channel. */
  chat(): ReadonlyArray<Readonly<Record<string, unknown>>>
  setChatFault(fault: DiscordFault | undefined): void
  host(): Promise<LocalHost>
  hostUsers(): Promise<readonly HostUser[]>
  ledger(): Promise<readonly unknown[]>
  setHostFaults(faults: readonly HostFault[]): Promise<void>
  /** Called by itself at the end of the test; by hand only where the world outlives one. */
  stop(): Promise<void>
}

let worlds = 0

/** Starts a world. Outside of a test its `stop` has to be called. */
export async function newTestWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const parts = await assemble(options)
  const world = toTestWorld(parts)
  stopWithTest(world.stop)
  return world
}

type Parts = Awaited<ReturnType<typeof assemble>>

// None of these can be given to a function that runs elsewhere.
const ofSources = ['now', 'seed', 'settings', 'isFast', 'overrides', 'cors', 'lines'] as const

async function assemble(options: TestWorldOptions) {
  for (const name of ofSources) if (options[name]) needsSources(`it sets "${name}"`)
  const ground = inject('ground')
  const servers = await sharedServers()
  worlds += 1
  const name = `w${process.pid}-${worlds}`
  const connection = connectTo(ground.databaseUri.replace('DATABASE', `test_${name}`))
  const database = openDatabase(connection)
  await database.prepare()
  const installation = await newInstallation(servers, {
    name,
    publicUrl: 'https://gatehouse.example',
    databaseUri: ground.databaseUri.replace('DATABASE', `test_${name}`),
    assetsFolder: ground.assetsFolder,
    isFast: options.isFast ?? false,
    ...(options.settings ? { settings: options.settings } : {}),
  })
  const lines = await putLines(options.lines ?? [], servers, installation)
  const clock = await newFrozenClock(options.now ?? new Date())
  const log = newCollectingLog()
  const random = options.seed === undefined ? {} : { random: newSeededRandom(options.seed) }
  const hasher = options.hasRealHashes || ground.packages ? {} : { passwordHasher: quickHasher }
  const given = { clock, log, ...random, ...hasher, ...options.overrides }
  const world = newWorld(installation.environment, given)
  const onFailure = (error: unknown) => noteFailure(log, error)
  const deployed = await openDeployed({ world, servers, installation, log, onFailure })
  const gateway = await startGateway({
    now: clock.now,
    ...(options.cors ? { cors: options.cors } : {}),
    ...deployed.gateway,
    onFailure: (error) => log.error('function_threw', { errorText: String(error) }),
  })
  const client = newClient(gateway.port)
  const folder = join(ground.folder, name)
  const base = { options, servers, connection, database, installation, lines, clock }
  return { ...base, log, world, deployed, gateway, client, folder }
}

function toTestWorld(parts: Parts): TestWorld {
  const { world, clock, log, installation, connection, database, gateway, client } = parts
  const lanes = toLanes(parts)
  const host = toHost(parts)
  const workers = {
    wake: async (lane: Lane) => {
      if (lane === 'host') await host.host()
      return lanes.wake(lane)
    },
  }
  return {
    ...{ world, clock, log, installation, database, db: connection.db },
    origin: gateway.origin,
    call: checkingCall(client.call),
    line: (name) => {
      const line = parts.lines.get(name)
      if (line === undefined) throw new Error(`This world has no line "${name}" (option "lines").`)
      return line
    },
    ...toPeople(parts),
    ...workers,
    runWorkers: async () => {
      while ((await workers.wake('host')) + (await workers.wake('post')) > 0);
    },
    sweep: lanes.sweep,
    invoke: lanes.invoke,
    readHostNames: async () => {
      await host.host()
      await lanes.readHostNames()
    },
    skipWaits: () => skipWaits(connection.db),
    ...toWindows(parts),
    host: host.host,
    hostUsers: async () => (await host.host()).users(),
    ledger: async () => (await host.host()).ledger(),
    setHostFaults: async (faults) => (await host.host()).setFaults(faults),
    stop: once(() => stopParts(parts, host)),
  }
}

function toPeople({ world, database }: Parts): Pick<TestWorld, 'addAccount' | 'as' | 'tokenOf'> {
  return {
    addAccount: (wish) => addAccount(world, wish),
    as: async (role) => {
      const username = usernameOf[role]
      if ((await database.accounts.find(username)) === undefined) {
        await addAccount(world, { username, role })
      }
      return newToken(world, username, role)
    },
    tokenOf: (username, role = 'member') => newToken(world, username, role),
  }
}

function toWindows(parts: Parts): Pick<TestWorld, 'mails' | 'chat' | 'setChatFault'> {
  const { servers, installation } = parts
  const { name, environment } = installation
  return {
    mails: async () => {
      const mails = await servers.mailbox.mails()
      return mails.filter(({ from }) => from === environment['MAIL_SENDER'])
    },
    chat: () => servers.discord.messages(name).map(({ message }) => message),
    setChatFault: (fault) => servers.discord.setFault(name, fault),
  }
}

function toLanes({ deployed }: Parts) {
  return {
    wake: (lane: Lane) => drainQueue(deployed.source(lane)),
    sweep: async () => {
      await tick(deployed.schedule('workers-sweep'))
    },
    readHostNames: async () => {
      await tick(deployed.schedule('workers-read-host-names'))
    },
    invoke: (name: string, event: unknown) => deployed.invoke(name, event, newInvocation(28)),
  }
}

// A worker throws on purpose to have its message back; everything else it throws is a fault.
function noteFailure(log: CollectingLog, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const fields = { errorName: name, errorText: message, errorStack: stack }
  if (name === 'RingAgain') log.info('rings_again', fields)
  else log.error('worker_threw', fields)
}

function toHost({ options, folder, installation, lines }: Parts) {
  let starting: Promise<LocalHost> | undefined
  const start = async () => {
    const host = await startHost({
      folder: join(folder, 'host'),
      domain: mailDomain,
      ...(options.standin ? { standin: options.standin } : {}),
    })
    installation.useHost(host)
    if (options.lines?.includes('host')) await putHostLine(lines, host, installation)
    return host
  }
  return {
    host: () => {
      starting ??= start()
      return starting
    },
    stop: async () => {
      if (starting) await (await starting).stop()
    },
  }
}

async function skipWaits(db: Db): Promise<void> {
  const past = new Date(Date.now() - 1000)
  const queue = db.collection('tasks_queue')
  await queue.updateMany({ notBefore: { $exists: true } }, { $set: { notBefore: past } })
  await queue.updateMany({ status: 'running' }, { $set: { 'lease.until': past } })
  await db.collection('lanes').updateMany({}, { $unset: { closedUntil: 1 } })
}

async function stopParts(parts: Parts, host: { stop(): Promise<void> }): Promise<void> {
  const { client, gateway, world, installation, lines, connection } = parts
  client.close()
  await gateway.stop()
  await parts.deployed.stop()
  await closeWorld(world)
  await host.stop()
  for (const line of lines.values()) await line.stop()
  await installation.remove()
  await connection.db.dropDatabase()
  await connection.client.close()
  expect(parts.log.unexpectedErrors(), 'errors that nobody expected').toEqual([])
}

function once(work: () => Promise<void>): () => Promise<void> {
  let working: Promise<void> | undefined
  return () => {
    working ??= work()
    return working
  }
}

function stopWithTest(stop: () => Promise<void>): void {
  try {
    onTestFinished(stop, 60_000)
  } catch {
    // There is no test at the moment: whoever made the world stops it.
  }
}
