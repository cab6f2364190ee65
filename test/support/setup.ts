import { rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { newRunFolder } from './run-folder.ts'

/** What all tests of one run share. Nobody writes into it but through a world of their own. */
export interface Ground {
  /** Address of a database server; `DATABASE` stands where a database's name goes. */
  readonly databaseUri: string
  readonly databaseKind: string
  readonly assetsFolder: string
  readonly folder: string
  /** Packaged functions to run instead of the sources (infra/rehearse.ts). */
  readonly packages: Packages | undefined
  /** Origin of moto's server, which packaged functions get their secrets from. */
  readonly moto: string | undefined
}

/** What `npm run rehearse` has packaged and unpacked. */
export interface Packages {
  readonly stage: string
  readonly templates: string
  readonly code: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    ground: Ground
  }
}

const oldestNode = 24
const spaceBytes = 2 * 1024 ** 3

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  requireNode()
  const { startDatabase } = await import('../../infra/local/database.ts')
  const { wantedKind } = await import('../../infra/local/database-programs.ts')
  const { writeAssets } = await import('../../infra/assets.ts')
  const { functions } = await import('../../functions/index.ts')
  const { startMoto } = await import('../infra/moto.ts')
  const folder = await newRunFolder(await fastFolder())
  const database = await startDatabase({
    folder,
    only: wantedKind(),
    onProgress: say,
  })
  const packages = packagesOf(process.env)
  const moto = packages && (await startMoto())
  if (packages) say(moto ? "Secrets come from moto's SSM." : 'Secrets come from our own stand-in.')
  const stop = async () => {
    await moto?.stop()
    await database.stop()
    // What ends with a worker's process may still be writing its last.
    await rm(folder, { recursive: true, force: true, maxRetries: 20 })
  }
  say(`Database of this run: ${database.kind}`)
  const assetsFolder = join(folder, 'assets')
  try {
    await writeAssets(functions, assetsFolder)
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('ground', {
    databaseUri: database.uri('DATABASE'),
    databaseKind: database.kind,
    assetsFolder,
    folder,
    packages,
    moto: moto?.origin,
  })
  return stop
}

function packagesOf(environment: NodeJS.ProcessEnv): Packages | undefined {
  const {
    GATEHOUSE_STAGE: stage,
    GATEHOUSE_PACKAGES: templates,
    GATEHOUSE_CODE: code,
  } = environment
  return stage && templates && code ? { stage, templates, code } : undefined
}

function requireNode(): void {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major >= oldestNode) return
  throw new Error(
    `The tests need Node ${oldestNode} or newer, this is ${process.versions.node}. ` +
      'Start them with "npm test": npm then uses the Node that "npm ci" has put in place.',
  )
}

// Every commit is synced to the disk; in memory that costs nothing, and a test's data need not outlive it.
async function fastFolder(): Promise<string> {
  const memory = '/dev/shm'
  const free = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return free > spaceBytes ? memory : tmpdir()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
