import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { downloadMongod, findDownloadedMongod } from './mongod-download.ts'
import { findWheelServer, installWheelServer } from './secantus-wheel.ts'

/** Servers that can be told apart in settings and in the names of data folders. */
export type DatabaseKind = 'mongod' | 'secantusd-rs' | 'secantusd-py'

/** The kind that GATEHOUSE_DATABASE asks for; undefined leaves the choice to the machine. */
export function wantedKind(name = process.env['GATEHOUSE_DATABASE']): DatabaseKind | undefined {
  if (!name) return undefined
  if (name === 'mongod' || name === 'secantusd-rs' || name === 'secantusd-py') return name
  throw new Error(`GATEHOUSE_DATABASE is mongod, secantusd-rs or secantusd-py, not "${name}".`)
}

/** A server program that is there. */
export interface DatabaseProgram {
  readonly id: DatabaseKind
  readonly kind: string
  readonly needsReplicaSet: boolean
  command(folder: string, port: number): readonly string[]
}

interface Search {
  readonly only: DatabaseKind | undefined
  readonly onProgress: ((text: string) => void) | undefined
}

/** Folder of this user for what is installed or built once. */
const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gatehouse')

/** Goes through the ways to a server in their order; throws an error that names them. */
export async function findProgram({ only, onProgress = () => undefined }: Search) {
  const ways: ReadonlyArray<readonly [DatabaseKind, () => Promise<string | undefined>]> = [
    ['mongod', async () => findMongod()],
    ['secantusd-rs', async () => findSecantus()],
    ['mongod', () => downloadMongod(join(cacheFolder, 'mongodb'), onProgress)],
    ['secantusd-py', async () => findWheelServer(cacheFolder)],
    ['secantusd-py', () => installWheelServer(cacheFolder, onProgress)],
  ]
  for (const [id, find] of ways.filter(([kind]) => only === undefined || kind === only)) {
    const path = await find()
    if (path !== undefined) return programs[id](path)
  }
  throw new Error(noDatabase)
}

const noDatabase = `No database server was found on this machine. One of these ways is enough:
- set MONGODB_URI to the address of a MongoDB replica set,
- put a mongod (MongoDB 8) on the PATH, or its path into MONGOMS_SYSTEM_BINARY,
- let this machine reach MongoDB's download site,
- install Rust and let it build the server secantusd-rs (crate secantus-mdb), see .ci/run,
- install Python 3.10 to 3.13 with its venv module, so that the wheel SecantusDB can be installed.`

async function findMongod(): Promise<string | undefined> {
  const named = process.env['MONGOMS_SYSTEM_BINARY']
  if (named && existsSync(named)) return named
  return findOnPath('mongod') ?? (await findDownloadedMongod(join(cacheFolder, 'mongodb')))
}

function findSecantus(): string | undefined {
  const built = join(cacheFolder, 'secantus', 'bin', 'secantusd-rs')
  return findOnPath('secantusd-rs') ?? (existsSync(built) ? built : undefined)
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

const listening = (port: number) => ['--port', String(port)]

// Without --sync-on-commit a killed server loses acknowledged writes: measured for both servers.
const secantusFlags = (folder: string, port: number) => [
  ...['--host', '127.0.0.1', ...listening(port), '--storage-path', folder],
  ...['--sync-on-commit', '--cache-size', '256M', '--log-level', 'WARNING'],
]

const programs: Readonly<Record<DatabaseKind, (path: string) => DatabaseProgram>> = {
  mongod: (path) => ({
    id: 'mongod',
    kind: `MongoDB (${path})`,
    needsReplicaSet: true,
    command: (folder, port) => [
      ...[path, '--dbpath', folder, '--bind_ip', '127.0.0.1', ...listening(port)],
      ...['--replSet', 'gatehouse', '--wiredTigerCacheSizeGB', '0.25', '--quiet'],
    ],
  }),
  'secantusd-rs': (path) => ({
    id: 'secantusd-rs',
    kind: `SecantusDB, Rust server (${path}), a stand-in for MongoDB`,
    needsReplicaSet: false,
    // A log file is allocated in full, 128 MB by default.
    command: (folder, port) => [path, ...secantusFlags(folder, port), '--log-file-max', '16MB'],
  }),
  'secantusd-py': (path) => ({
    id: 'secantusd-py',
    kind: `SecantusDB, Python server (${path}), a stand-in for MongoDB`,
    needsReplicaSet: false,
    command: (folder, port) => [path, ...secantusFlags(folder, port)],
  }),
}
