/**
 * The first database that can be had on this machine, in the order of the list below. Each kind keeps its
 * data in a folder of its own, because one cannot read what another one wrote.
 */

import { mkdir } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { type Child, startChild } from './child.ts'
import { type DatabaseKind, type DatabaseProgram, findProgram } from './database-programs.ts'
import { findFreePort } from './free-port.ts'

/** A running database server. */
export interface LocalDatabase {
  /** Address of one database of the server. */
  uri(databaseName: string): string
  /** What it is, for people. */
  readonly kind: string
  stop(): Promise<void>
}

/** How a database is started. */
export interface DatabaseOptions {
  readonly folder: string
  readonly port?: number
  /** Takes this kind and no other. */
  readonly only?: DatabaseKind | undefined
  readonly onProgress?: (text: string) => void
}

const startSeconds = 60

/** Starts the database server of this machine; throws an error that names the ways to get one. */
export async function startDatabase(options: DatabaseOptions): Promise<LocalDatabase> {
  const given = process.env['MONGODB_URI']
  if (given && options.only === undefined) return useGiven(given)
  const program = await findProgram({ only: options.only, onProgress: options.onProgress })
  const folder = join(options.folder, program.id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const port = await findFreePort(options.port)
  const child = await startChild(program.command(folder, port), join(options.folder, 'server.log'))
  const uri = (name: string) => `mongodb://127.0.0.1:${port}/${name}?directConnection=true`
  try {
    await waitUntilReady({ child, uri: uri('admin'), program, port })
  } catch (cause) {
    await child.stop()
    const log = join(options.folder, 'server.log')
    throw new Error(`${program.kind} did not start; its log is ${log}`, { cause })
  }
  return { uri, kind: program.kind, stop: () => child.stop() }
}

function useGiven(given: string): LocalDatabase {
  const uri = (name: string) => {
    const address = new URL(given)
    address.pathname = `/${name}`
    return address.href
  }
  return { uri, kind: 'the database of MONGODB_URI', stop: async () => undefined }
}

interface Starting {
  readonly child: Child
  readonly uri: string
  readonly program: DatabaseProgram
  readonly port: number
}

async function waitUntilReady(starting: Starting): Promise<void> {
  await waitForPort(starting)
  const client = new MongoClient(starting.uri, { serverSelectionTimeoutMS: startSeconds * 1000 })
  try {
    await client.db('admin').command({ ping: 1 })
    if (starting.program.needsReplicaSet) await becomePrimary(client, starting.port)
  } finally {
    await client.close()
  }
}

async function waitForPort({ child, port }: Starting): Promise<void> {
  for (let tries = startSeconds * 20; tries > 0; tries -= 1) {
    if (child.hasEnded()) throw new Error('The server ended at its start.')
    if (await isListening(port)) return
    await sleep(50)
  }
  throw new Error(`The server was silent for ${startSeconds} seconds.`)
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

// Transactions need a replica set. Its one member is known by its port, which may have changed since.
async function becomePrimary(client: MongoClient, port: number): Promise<void> {
  const admin = client.db('admin')
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
  const known = await admin.command({ replSetGetConfig: 1 }).catch(() => undefined)
  if (known === undefined) {
    await admin.command({ replSetInitiate: { _id: 'gatehouse', members } })
  } else if (known['config'].members[0].host !== members[0]?.host) {
    const config = { ...known['config'], version: known['config'].version + 1, members }
    await admin.command({ replSetReconfig: config, force: true })
  }
  for (let tries = startSeconds * 10; tries > 0; tries -= 1) {
    if ((await admin.command({ hello: 1 }))['isWritablePrimary'] === true) return
    await sleep(100)
  }
  throw new Error('The server did not become the primary of its replica set.')
}
