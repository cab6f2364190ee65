import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import {
  type ClientSession,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerError,
} from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type Connection, connectTo } from '../../lib/adapters/mongo/client.ts'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import { wordError } from '../../lib/adapters/mongo/errors.ts'
import type { Database } from '../../lib/ports.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** Loses the connection around the next message that has a word in it. */
interface LossyLine {
  readonly port: number
  /** `request`: the server never gets it. `answer`: the server does it, and nobody hears of it. */
  loseNext(word: string, part: 'request' | 'answer'): void
  /** How many messages with this word came by. */
  count(word: string): number
}

async function startLossyLine(target: number): Promise<LossyLine> {
  const seen: Buffer[] = []
  const sockets = new Set<Socket>()
  let plan: { word: string; part: 'request' | 'answer' } | undefined
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    let isDeaf = false
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    near.on('data', (chunk) => {
      seen.push(chunk)
      if (plan && chunk.includes(plan.word)) {
        if (plan.part === 'request') near.resetAndDestroy()
        else isDeaf = true
        plan = undefined
      }
      if (!near.destroyed) far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (isDeaf) near.resetAndDestroy()
      else near.write(chunk)
    })
    near.on('close', () => far.end())
    far.on('close', () => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    loseNext: (word, part) => {
      plan = { word, part }
    },
    count: (word) => seen.filter((chunk) => chunk.includes(word)).length,
  }
}

interface Lossy {
  readonly world: TestWorld
  readonly line: LossyLine
  readonly database: Database
}

async function newLossy(): Promise<Lossy> {
  const world = await newTestWorld()
  const uri = new URL(inject('ground').databaseUri.replace('DATABASE', world.db.databaseName))
  const line = await startLossyLine(Number(uri.port))
  uri.port = String(line.port)
  const connection = connectTo(uri.href)
  onTestFinished(() => connection.client.close())
  const database = openDatabase(connection)
  await database.tasks.secondsClosed('host')
  return { world, line, database }
}

test('indexes that could not be made are made at the next call', async () => {
  const { line, database } = await newLossy()
  line.loseNext('createIndexes', 'request')
  await expect(database.prepare()).rejects.toMatchObject({ code: 'unavailable' })
  await database.prepare()
  expect(line.count('createIndexes')).toBeGreaterThan(2)
})

test('a transaction whose connection is lost before its end is begun again, and written once', async () => {
  const { world, line, database } = await newLossy()
  const [one, other] = [plainTask(), plainTask()]
  let runs = 0
  line.loseNext(other.id, 'request')
  await database.transaction(async (records) => {
    runs += 1
    await records.tasks.insert(one)
    await records.tasks.insert(other)
  })
  expect(runs).toBe(2)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(2)
})

test('a transaction whose commit was not sent is committed by a second try', async () => {
  const { world, line, database } = await newLossy()
  line.loseNext('commitTransaction', 'request')
  await accept(database, plainTask())
  expect(line.count('commitTransaction')).toBeGreaterThan(1)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(1)
})

test('a transaction whose commit was not answered is asked for again, and written once', async () => {
  const { world, line, database } = await newLossy()
  line.loseNext('commitTransaction', 'answer')
  await accept(database, plainTask())
  expect(line.count('commitTransaction')).toBeGreaterThan(1)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(1)
})

/** A connection whose first commit is done, and answered with the label of one whose outcome is unknown. */
function unsureOnce({ client, db }: Connection): Connection {
  let isUnsure = true
  const withSession = (work: (session: ClientSession) => Promise<unknown>) =>
    client.withSession(async (session) => {
      const commit = session.commitTransaction.bind(session)
      session.commitTransaction = async () => {
        await commit()
        if (!isUnsure) return
        isUnsure = false
        const errorLabels = ['UnknownTransactionCommitResult']
        throw new MongoServerError({ message: 'Said by the server', code: 64, errorLabels })
      }
      return work(session)
    })
  const get = (target: typeof client, name: string | symbol) =>
    name === 'withSession' ? withSession : Reflect.get(target, name, target)
  return { client: new Proxy(client, { get }), db }
}

test('a commit whose outcome the server does not know is asked for again', async () => {
  const world = await newTestWorld()
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const connection = connectTo(uri)
  onTestFinished(() => connection.client.close())
  const database = openDatabase(unsureOnce(connection))
  await accept(database, plainTask())
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(1)
})

function openTwice(world: TestWorld) {
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const connections = [connectTo(uri), connectTo(uri)]
  onTestFinished(() =>
    Promise.all(connections.map(({ client }) => client.close())).then(() => undefined),
  )
  return connections.map(openDatabase)
}

test('first counts and first tries of one key at the same moment are all counted', async () => {
  const { database } = await newTestWorld()
  const now = new Date()
  const atOnce = [1, 2, 3, 4]
  for (let round = 0; round < 20; round += 1) {
    const counts = atOnce.map(() => database.counters.count(`count${round}`, 60, now))
    const values = (await Promise.all(counts)).map(({ value }) => value)
    const tries = atOnce.map(() => database.counters.tryOnce(`try${round}`, now))
    const failures = (await Promise.all(tries)).map((one) => one.failures)
    expect([Math.max(...values), Math.max(...failures)]).toEqual([4, 4])
  }
})

test('of two tasks of one resource that are stored at the same moment, one is its head', async () => {
  const world = await newTestWorld()
  const databases = openTwice(world)
  for (let round = 0; round < 10; round += 1) {
    const resource = `account:person${round}`
    const insertOne = ({ transaction }: Database) =>
      transaction((records) => records.tasks.insert({ ...plainTask(), resource }))
    await Promise.all(databases.map(insertOne))
    const stored = await world.db.collection('tasks_queue').find({ resource }).toArray()
    expect(stored).toHaveLength(2)
    expect(stored.filter(({ headOf, readyIn }) => headOf && readyIn)).toHaveLength(1)
  }
})

test("transactions that get in each other's way are begun again until both are written", async () => {
  const world = await newTestWorld()
  const databases = openTwice(world)
  await world.addAccount({ username: 'robin', failureText: '0' })
  let runs = 0
  const addOne = (database: Database) =>
    database.transaction(async (records) => {
      runs += 1
      const account = await records.accounts.find('robin')
      const failureText = String(Number(account?.failureText) + 1)
      await records.accounts.update('robin', { failureText })
    })
  for (let round = 0; round < 5; round += 1) await Promise.all(databases.map(addOne))
  expect((await world.database.accounts.find('robin'))?.failureText).toBe('10')
  expect(runs).toBeGreaterThan(10)
})

test('a transaction that throws leaves nothing behind', async () => {
  const world = await newTestWorld()
  const failing = world.database.transaction(async (records) => {
    await records.tasks.insert(plainTask())
    await records.sessions.endAll('nobody')
    throw new RangeError('no')
  })
  await expect(failing).rejects.toThrow(RangeError)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
})

// Codes and labels by which MongoDB says that another try can help (its list of error codes; retryable reads and writes).
const outages: ReadonlyArray<readonly [what: string, error: Error]> = [
  ['a connection that is gone', new MongoNetworkError('gone')],
  ['a time that is over', new MongoOperationTimeoutError('over')],
  ['a session that is over', new MongoExpiredSessionError()],
  ['a name that cannot be looked up', Object.assign(new Error('dns'), { code: 'EAI_AGAIN' })],
  ['a label', new MongoServerError({ message: 'no', errorLabels: ['TransientTransactionError'] })],
  ...[6, 7, 64, 89, 91, 112, 134, 189, 251, 9001, 10107, 11600, 13435].map(
    (code) => [`the code ${code}`, new MongoServerError({ message: 'no', code })] as const,
  ),
]

test.each(outages)('%s is an outage, after which another try can help', (_, error) => {
  expect(wordError(error)).toMatchObject({ code: 'unavailable', details: { retryAfterSeconds: 5 } })
})

test('what another try cannot mend stays what it is', () => {
  const wrong = new MongoServerError({ message: 'no', code: 2 })
  expect(wordError(wrong)).toBe(wrong)
  const other = new TypeError('x')
  expect(wordError(other)).toBe(other)
})

test('a username and an address have one holder, and are free again when their account failed unseen', async () => {
  const world = await newTestWorld()
  const { accounts } = world.database
  const robin = await world.addAccount({ username: 'robin', usedOnHost: false })
  await expect(accounts.insert(robin)).rejects.toMatchObject({ code: 'username_taken' })
  const sandy = { ...robin, username: 'sandy', address: 'ROBIN@elsewhere.example' }
  await expect(accounts.insert(sandy)).rejects.toMatchObject({ code: 'address_taken' })
  expect(await accounts.findByAddress('robin@elsewhere.example')).toMatchObject({
    username: 'robin',
  })
  const namesakes = () => accounts.findNamesakes('name of robin', 'robin')
  expect(await namesakes()).toEqual({ ofUsername: true, ofDisplayName: true })
  expect((await accounts.findNamesakes('robin', 'robin')).ofDisplayName).toBe(false)
  await accounts.update('robin', { state: 'failed', failureText: 'no', releaseName: true })
  expect(await accounts.find('robin')).toBeUndefined()
  expect(await namesakes()).toEqual({ ofUsername: false, ofDisplayName: false })
  await accounts.insert(sandy)
  await accounts.insert({ ...robin, address: null })
  expect(await accounts.update('nobody', { state: 'failed' })).toBe(false)
  expect(await accounts.update('nobody', { state: 'active' })).toBe(false)
})

test('a name that was used on the host stays taken, its address becomes free', async () => {
  const world = await newTestWorld()
  const { accounts } = world.database
  const robin = await world.addAccount({ username: 'robin', usedOnHost: true })
  await accounts.update('robin', { state: 'gone', releaseName: true })
  await expect(accounts.insert({ ...robin, address: null })).rejects.toMatchObject({
    code: 'username_taken',
  })
  await accounts.insert({ ...robin, username: 'sandy' })
  await expect(accounts.update('robin', { address: robin.address })).rejects.toMatchObject({
    code: 'address_taken',
  })
})

test('the indexes that the rules rest on can be made again and again', async () => {
  const world = await newTestWorld()
  await Promise.all([world.database.prepare(), world.database.prepare()])
  const names = (await world.db.collection('tasks_queue').indexes()).map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['one_running_on_the_host', 'one_head_of_a_resource']),
  )
})
