/** The whole of Gatehouse on this machine: the same functions as on AWS, over local servers, in one process. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { functions } from '../../functions/index.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Log } from '../../lib/ports.ts'
import { writeAssets } from '../assets.ts'
import { routeTable } from '../routes.ts'
import { startDatabase } from './database.ts'
import { wantedKind } from './database-programs.ts'
import { type DemoAccounts, putDemoAccounts } from './demo-accounts.ts'
import { openFileLog } from './file-log.ts'
import { findFreePort } from './free-port.ts'
import { closeWorld, invokeEndpoint, startWorkers } from './functions.ts'
import { startGateway } from './gateway.ts'
import { startHost } from './host.ts'
import {
  type Installation,
  type KeyRings,
  mailDomain,
  managers,
  newInstallation,
  newKeyRings,
} from './installation.ts'
import { isSynapseWanted, type SynapseWish, startMatrix, stubKind } from './matrix.ts'
import { readPrivate, writePrivate } from './private-file.ts'
import { type Servers, startServers } from './servers.ts'

/** How it is started; a port that is taken is replaced by another one. */
export interface GatehouseOptions {
  readonly folder: string
  readonly ports?: Partial<Readonly<Record<'api' | 'mailbox' | 'discord' | 'matrix', number>>>
  /** Leases, waits and time-outs of about a second, for tests. */
  readonly isFast?: boolean
  /** How often the clock wakes the sweeper, instead of every minute. */
  readonly sweepSeconds?: number
  readonly settings?: Readonly<Record<string, string>>
  /** Without it a stub answers for Matrix. */
  readonly synapse?: SynapseWish
  readonly onProgress?: (text: string) => void
}

/** A running Gatehouse. */
export interface Gatehouse {
  readonly api: string
  readonly mailbox: string
  readonly discord: string
  /** Address of the Matrix server. */
  readonly matrix: string
  readonly accounts: DemoAccounts
  /** Mail addresses of those who decide about registrations. */
  readonly managers: readonly string[]
  /** Environment of its functions, for operators' commands. */
  readonly environment: Readonly<Record<string, string>>
  /** What the database is, for people. */
  readonly database: string
  /** What the SSH server is, for people. */
  readonly host: string
  /** What the Matrix server is, for people. */
  readonly matrixKind: string
  readonly logFile: string
  /** Ends everything, last started first. */
  stop(): Promise<void>
}

type Endings = Array<() => Promise<unknown>>

/** Starts everything; what had started already is ended where a later part fails. */
export async function startGatehouse(options: GatehouseOptions): Promise<Gatehouse> {
  const endings: Endings = []
  const stop = async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end()
  }
  try {
    return { ...(await startParts(options, endings)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(
  options: GatehouseOptions,
  endings: Endings,
): Promise<Omit<Gatehouse, 'stop'>> {
  const { folder, ports = {} } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const logFile = join(folder, 'gatehouse.log')
  const log = openFileLog(logFile)
  endings.push(() => log.close())
  const [database, servers, host, synapse] = await startGround(options, endings)
  const port = await findFreePort(ports.api)
  const api = `http://127.0.0.1:${port}`
  const installation = await install(options, {
    servers,
    api,
    databaseUri: database.uri('gatehouse'),
  })
  installation.useHost(host)
  if (synapse) installation.useMatrix(synapse)
  const { accounts } = await startFunctions(options, { servers, installation, log, port, endings })
  return {
    ...{
      api,
      accounts,
      managers,
      logFile,
      environment: { ...installation.environment, MONGODB_URI: database.uri('gatehouse') },
    },
    mailbox: servers.mailbox.endpoint,
    discord: servers.discord.origin,
    matrix: installation.environment['MATRIX_URL'] ?? '',
    matrixKind: synapse?.kind ?? stubKind,
    database: database.kind,
    host: host.kind === 'openssh' ? "OpenSSH's sshd" : 'an SSH server in this process',
  }
}

// Side by side; whichever started is ended also where another one fails.
async function startGround(options: GatehouseOptions, endings: Endings) {
  const { folder, ports = {}, onProgress } = options
  const keep = async <Part extends { stop(): Promise<void> } | undefined>(
    starting: Promise<Part>,
  ) => {
    const part = await starting
    if (part) endings.push(() => part.stop())
    return part
  }
  const databaseFolder = join(folder, 'database')
  await mkdir(databaseFolder, { recursive: true, mode: 0o700 })
  const progress = onProgress ? { onProgress } : {}
  const { matrix, ...others } = ports
  const starting = [
    keep(startDatabase({ folder: databaseFolder, only: wantedKind(), ...progress })),
    keep(startServers(isSynapseWanted(options.synapse) ? others : ports)),
    keep(startHost({ folder: join(folder, 'host'), domain: mailDomain })),
    keep(
      startMatrix({
        wish: options.synapse,
        folder: join(folder, 'matrix'),
        port: matrix,
        ...progress,
      }),
    ),
  ] as const
  await Promise.allSettled(starting)
  return Promise.all(starting)
}

interface Place {
  readonly servers: Servers
  readonly api: string
  readonly databaseUri: string
}

async function install(options: GatehouseOptions, place: Place): Promise<Installation> {
  const assetsFolder = join(options.folder, 'assets')
  await writeAssets(functions, assetsFolder)
  return newInstallation(place.servers, {
    name: 'local',
    publicUrl: place.api,
    databaseUri: place.databaseUri,
    assetsFolder,
    keys: await keepKeys(join(options.folder, 'secrets.json')),
    isFast: options.isFast ?? false,
    ...(options.settings ? { settings: options.settings } : {}),
  })
}

const keyRings = z.strictObject({ sealing: z.string(), signing: z.string() })

async function keepKeys(path: string): Promise<KeyRings> {
  const kept = keyRings.safeParse(await readPrivate(path))
  if (kept.success) return kept.data
  const made = newKeyRings()
  await writePrivate(path, made)
  return made
}

interface Ground {
  readonly servers: Servers
  readonly installation: Installation
  readonly log: Log
  readonly port: number
  readonly endings: Endings
}

async function startFunctions(options: GatehouseOptions, ground: Ground) {
  const { servers, installation, log, port, endings } = ground
  const world = newWorld(installation.environment, { log })
  endings.push(() => closeWorld(world))
  const { database } = await openPorts({ database: mongoDatabase }, world)
  await database.prepare()
  const accounts = await putDemoAccounts(world)
  const { client } = servers.queues
  const onFailure = (error: unknown) => logFailure(log, error)
  const workers = startWorkers(
    { world, client, queueUrls: installation.queueUrls, onFailure },
    { everySeconds: options.sweepSeconds },
  )
  endings.push(() => workers.stop())
  const routes = routeTable(functions)
  const gateway = await startGateway({ port, routes, invoke: invokeEndpoint(world), onFailure })
  endings.push(() => gateway.stop())
  return { accounts }
}

// A worker throws on purpose to have its message back.
function logFailure(log: Log, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const fields = { errorName: name, errorText: message, errorStack: stack }
  if (name === 'RingAgain') log.info('rings_again', { errorName: name })
  else log.error('function_threw', fields)
}
