import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { findFreePort } from './local/free-port.ts'
import type { Gatehouse } from './local/gatehouse.ts'
import { readPrivate, writePrivate } from './local/private-file.ts'
import {
  descendantsOf,
  endLeftovers,
  listProcesses,
  type Process,
  signal,
} from './local/processes.ts'
import { findRun, runFiles } from './local/running.ts'
import { startPage } from './local/start-text.ts'
import { projectFile } from './project.ts'
import { readOptions } from './usage.ts'

const usage = `npm start -- [--fresh] [--matrix] [--folder FOLDER]   everything on this machine; Ctrl-C ends it
--fresh begins without the data of earlier runs, --matrix installs Synapse once, FOLDER is .local unless named.`

const usualFolder = projectFile('.local')

const wish = readOptions(
  {
    fresh: { type: 'boolean', default: false },
    matrix: { type: 'boolean', default: false },
    folder: { type: 'string', default: usualFolder },
  },
  usage,
)

const folder = resolve(wish.folder)
const data =
  folder === usualFolder
    ? { folder: '.local', freshStart: 'npm start -- --fresh' }
    : { folder, freshStart: `npm start -- --folder ${wish.folder} --fresh` }
const files = runFiles(folder)

// Found again after a restart; another one is taken where somebody else listens.
const wantedPorts = { api: 8480, mailbox: 8481, discord: 8482, matrix: 8483 }
const portNames = {
  api: 'the API',
  mailbox: 'the mailbox',
  discord: 'the Discord stub',
  matrix: 'the Matrix server',
}

// Ctrl-C reaches us twice, from the terminal and through npm; only what comes later is meant as a second one.
const sameSignalMilliseconds = 700

const processesSchema = z.array(z.object({ pid: z.int(), parent: z.int(), command: z.string() }))

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const other = await findRun(folder)
  if (other !== undefined) {
    const { pid, api, mailbox } = other
    say(`Gatehouse runs already, on ${api}/ with the mailbox on ${mailbox}/.
Ctrl-C in its window ends it, or: kill ${pid}`)
    process.exitCode = 1
    return
  }
  await clearUp()
  if (wish.fresh) await rm(folder, { recursive: true, force: true })
  const ending = newEnding()
  const { ports, notes } = await choosePorts()
  say('Gatehouse is starting ...')
  // Loaded late, so that the first sign of life and the answer to Ctrl-C come at once.
  const { startGatehouse } = await import('./local/gatehouse.ts')
  const synapse = wish.matrix ? 'install' : 'where_installed'
  // What breaks off once it is asked to stop, breaks off because of that.
  const onProgress = (text: string) => void (ending.isAsked() || say(text))
  const running = startGatehouse({ folder, ports, synapse, onProgress })
  let isUp = false
  try {
    const gatehouse = await Promise.race([running, ending.asked])
    isUp = gatehouse !== undefined
    if (gatehouse) await announce(gatehouse, notes)
    await ending.asked
    say('Gatehouse is stopping ... (Ctrl-C again stops it at once)')
  } finally {
    await running.then(
      (gatehouse) => gatehouse.stop(),
      () => undefined,
    )
    await removeFiles()
  }
  if (!isUp) say('Stopped before it was up.')
}

async function announce(gatehouse: Gatehouse, notes: readonly string[]): Promise<void> {
  const { api, mailbox, discord, matrix, accounts, managers, environment } = gatehouse
  await writePrivate(files.children, await ownChildren())
  await writePrivate(files.environment, environment)
  await writePrivate(files.running, {
    ...{ api, docs: `${api}/docs`, mailbox, discord, matrix },
    ...{ accounts, managers },
    pid: process.pid,
  })
  say(startPage(gatehouse, notes, data))
}

async function choosePorts() {
  const ports = { ...wantedPorts }
  const notes: string[] = []
  for (const name of ['api', 'mailbox', 'discord', 'matrix'] as const) {
    const wanted = wantedPorts[name]
    const free = await findFreePort(wanted)
    ports[name] = free
    if (free === wanted) continue
    notes.push(`Port ${wanted} is taken, so ${portNames[name]} is on port ${free}.`)
  }
  return { ports, notes }
}

/** Ends what an earlier run left behind when it was killed. */
async function clearUp(): Promise<void> {
  const read = processesSchema.safeParse(await readPrivate(files.children))
  if (read.success && (await endLeftovers(read.data)).length > 0) {
    say('An earlier run was killed; what it had left behind was ended.')
  }
  await removeFiles()
}

async function removeFiles(): Promise<void> {
  for (const file of Object.values(files)) await rm(file, { force: true })
}

async function ownChildren(): Promise<readonly Process[]> {
  return descendantsOf(await listProcesses(), process.pid)
}

function newEnding() {
  let firstAt: number | undefined
  const asked = new Promise<undefined>((resolve) => {
    const hear = () => {
      firstAt ??= performance.now()
      if (performance.now() - firstAt > sameSignalMilliseconds) void stopAtOnce()
      resolve(undefined)
    }
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, hear)
  })
  return { asked, isAsked: () => firstAt !== undefined }
}

async function stopAtOnce(): Promise<void> {
  for (const { pid } of await ownChildren()) signal(pid, 'SIGKILL')
  if (existsSync(files.running)) await removeFiles()
  process.exit(130)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
process.exit()
