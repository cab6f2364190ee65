/** A whole Gatehouse for a soak: proxies before everything that its functions reach, and a way past them to look. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db } from 'mongodb'
import { functions } from '../../functions/index.ts'
import { writeAssets } from '../../infra/assets.ts'
import { startDatabase } from '../../infra/local/database.ts'
import { wantedKind } from '../../infra/local/database-programs.ts'
import { type DemoAccounts, putDemoAccounts } from '../../infra/local/demo-accounts.ts'
import { openFileLog } from '../../infra/local/file-log.ts'
import { closeWorld, invokeEndpoint } from '../../infra/local/functions.ts'
import { startGateway } from '../../infra/local/gateway.ts'
import { type LocalHost, startHost } from '../../infra/local/host.ts'
import { type Installation, mailDomain, newInstallation } from '../../infra/local/installation.ts'
import { type Servers, startServers } from '../../infra/local/servers.ts'
import { routeTable } from '../../infra/routes.ts'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import { newWorld, type World } from '../../lib/adapters/world.ts'
import type { Database } from '../../lib/ports.ts'
import { type ChaosProxy, startProxy } from '../chaos/proxy.ts'
import { type Call, newClient } from '../support/call.ts'
import { type LineName, lineNames } from './plan.ts'

/** A running Gatehouse without its workers. */
export interface Place {
  readonly installation: Installation
  readonly servers: Servers
  readonly host: LocalHost
  readonly lines: ReadonlyMap<LineName, ChaosProxy>
  readonly call: Call
  readonly accounts: DemoAccounts
  /** The database past the proxy, as the rules and as documents. */
  readonly database: Database
  readonly db: Db
  /** A world whose database is past the proxy, for staff and for what no route asks for yet. */
  readonly staffWorld: World
  readonly databaseKind: string
  readonly logFile: string
  readLog(): Promise<string>
  stop(): Promise<void>
}

type Endings = Array<() => Promise<unknown>>

/** Starts it in a folder of its own, which goes with it. */
export async function startPlace(): Promise<Place> {
  const endings: Endings = []
  const stop = async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end()
  }
  try {
    return { ...(await startParts(endings)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(endings: Endings): Promise<Omit<Place, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-soak-'))
  endings.push(() => rm(folder, { recursive: true, force: true }))
  const ground = await startGround(folder, endings)
  const { servers, host, databaseUri } = ground
  const assetsFolder = join(folder, 'assets')
  await writeAssets(functions, assetsFolder)
  const installation = await newInstallation(servers, {
    ...{ name: 'soak', databaseUri, assetsFolder, isFast: true },
    publicUrl: 'https://gatehouse.example',
    settings: { CREATE_USER_PER_HOUR: '100000' },
  })
  installation.useHost(host)
  const connection = connectTo(databaseUri)
  endings.push(() => connection.client.close())
  const database = openDatabase(connection)
  await database.prepare()
  const logFile = join(folder, 'gatehouse.log')
  const log = openFileLog(logFile)
  endings.push(() => log.close())
  const staffWorld = newWorld({ ...installation.environment }, { log, database })
  endings.push(() => closeWorld(staffWorld))
  const accounts = await putDemoAccounts(staffWorld)
  const lines = await putLines(ground, installation, endings)
  const world = newWorld(installation.environment, { log })
  endings.push(() => closeWorld(world))
  const call = await startApi(world, endings)
  return {
    ...{ installation, servers, host, lines, call, accounts, database, db: connection.db },
    ...{ staffWorld, databaseKind: ground.databaseKind, logFile },
    readLog: () => readFile(logFile, 'utf8'),
  }
}

interface Ground {
  readonly servers: Servers
  readonly host: LocalHost
  readonly databaseUri: string
  readonly databaseKind: string
}

async function startGround(folder: string, endings: Endings): Promise<Ground> {
  const databaseFolder = join(folder, 'database')
  await mkdir(databaseFolder)
  const started = await startDatabase({ folder: databaseFolder, only: wantedKind() })
  endings.push(() => started.stop())
  const servers = await startServers()
  endings.push(() => servers.stop())
  const host = await startHost({ folder: join(folder, 'host'), domain: mailDomain })
  endings.push(() => host.stop())
  return { servers, host, databaseUri: started.uri('gatehouse'), databaseKind: started.kind }
}

async function putLines(ground: Ground, installation: Installation, endings: Endings) {
  const { servers, host, databaseUri } = ground
  const { environment } = installation
  const targets: Readonly<Record<LineName, string>> = {
    host: `127.0.0.1:${host.port}`,
    database: new URL(databaseUri).host,
    queues: new URL(servers.queues.endpoint).host,
    mail: new URL(servers.mailbox.endpoint).host,
    discord: new URL(servers.discord.origin).host,
    matrix: new URL(environment['MATRIX_URL'] ?? '').host,
  }
  const lines = new Map<LineName, ChaosProxy>()
  for (const name of lineNames) {
    const target = targets[name]
    const line = await startProxy({ targetPort: Number(target.split(':')[1]) })
    endings.push(() => line.stop())
    lines.set(name, line)
    for (const [key, value] of Object.entries(environment)) {
      environment[key] = value.replace(`http://${target}`, line.origin)
    }
    installation.moveSecrets(target, `127.0.0.1:${line.port}`)
  }
  environment['HOST_PORT'] = String(lines.get('host')?.port)
  return lines
}

async function startApi(world: World, endings: Endings): Promise<Call> {
  const routes = routeTable(functions)
  const gateway = await startGateway({ routes, invoke: invokeEndpoint(world) })
  endings.push(() => gateway.stop())
  const client = newClient(gateway.port, false)
  endings.push(async () => client.close())
  return client.call
}
