/** Everything of one Gatehouse but its workers: database, stand-ins, host and gateway. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { functions } from '../../functions/index.ts'
import { writeAssets } from '../../infra/assets.ts'
import { startDatabase } from '../../infra/local/database.ts'
import { wantedKind } from '../../infra/local/database-programs.ts'
import { openFileLog } from '../../infra/local/file-log.ts'
import { findFreePort } from '../../infra/local/free-port.ts'
import { closeWorld, invokeEndpoint } from '../../infra/local/functions.ts'
import { startGateway } from '../../infra/local/gateway.ts'
import { startHost } from '../../infra/local/host.ts'
import { mailDomain, newInstallation } from '../../infra/local/installation.ts'
import { startServers } from '../../infra/local/servers.ts'
import { routeTable } from '../../infra/routes.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { GatehouseFacts, GatehouseOrder } from './gatehouse.ts'
import { type Part, runPart } from './part.ts'

type Endings = Array<() => Promise<unknown>>

async function start(order: GatehouseOrder): Promise<Part<GatehouseFacts>> {
  const endings: Endings = []
  const stop = async () => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end()
  }
  try {
    return { facts: await startAll(order, endings), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startAll(order: GatehouseOrder, endings: Endings): Promise<GatehouseFacts> {
  const { folder, settings } = order
  await mkdir(join(folder, 'database'), { recursive: true, mode: 0o700 })
  const database = await startDatabase({ folder: join(folder, 'database'), only: wantedKind() })
  endings.push(() => database.stop())
  const servers = await startServers()
  endings.push(() => servers.stop())
  const host = await startHost({ folder: join(folder, 'host'), domain: mailDomain })
  endings.push(() => host.stop())
  const port = await findFreePort()
  const databaseUri = database.uri('gatehouse')
  const assetsFolder = join(folder, 'assets')
  await writeAssets(functions, assetsFolder)
  const publicUrl = `http://127.0.0.1:${port}`
  const place = { publicUrl, databaseUri, assetsFolder }
  const installation = await newInstallation(servers, { name: 'bench', ...place, settings })
  installation.useHost(host)
  await serve(order, { port, environment: installation.environment, endings })
  return {
    environment: { ...installation.environment },
    queueUrls: installation.queueUrls,
    port,
    databaseUri,
    database: database.kind,
    host: { kind: host.kind, folder: host.folder, port: host.port, user: host.user },
  }
}

interface Serving {
  readonly port: number
  readonly environment: Readonly<Record<string, string>>
  readonly endings: Endings
}

async function serve({ folder }: GatehouseOrder, { port, environment, endings }: Serving) {
  const log = openFileLog(join(folder, 'gateway.log'))
  endings.push(() => log.close())
  const world = newWorld(environment, { log })
  endings.push(() => closeWorld(world))
  const { database } = await openPorts({ database: mongoDatabase }, world)
  await database.prepare()
  const onFailure = (error: unknown) => log.error('function_threw', { errorText: String(error) })
  const gateway = await startGateway({
    port,
    routes: routeTable(functions),
    invoke: invokeEndpoint(world),
    onFailure,
  })
  endings.push(() => gateway.stop())
}

await runPart(start)
