import { type Collection, MongoClient, MongoNetworkError } from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { handler as createUser } from '../../functions/community/create-user.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import { type CounterDocument, collectionsOf } from '../../lib/adapters/mongo/collections.ts'
import { mongoCounters } from '../../lib/adapters/mongo/counters.ts'
import { wordError } from '../../lib/adapters/mongo/errors.ts'
import { upserted } from '../../lib/adapters/mongo/upserted.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import { newEvent } from '../support/event.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const now = new Date('2030-01-01T00:00:00Z')

test('another display name is found and the old one free', async () => {
  const world = await newTestWorld()
  const { accounts } = world.database
  await world.addAccount({ username: 'robin', displayName: 'Robin Goodfellow' })
  await accounts.update('robin', { displayName: 'Puck' })
  expect((await accounts.findNamesakes('puck', 'x')).ofUsername).toBe(true)
  expect((await accounts.findNamesakes('robin goodfellow', 'x')).ofUsername).toBe(false)
  expect(await accounts.find('robin')).toMatchObject({ displayName: 'Puck' })
})

/** Puts a first task of a resource past every rule; gives the error of a second one. */
async function collide({ db }: TestWorld): Promise<void> {
  const queue = db.collection('tasks_queue')
  await queue.insertOne({ headOf: 'post chat:one' })
}

test('a transaction that meets another first task of its resource is begun again', async () => {
  const world = await newTestWorld()
  await collide(world)
  let runs = 0
  await world.database.transaction(async (records) => {
    runs += 1
    if (runs < 3) await collide(world)
    await records.tasks.insert(plainTask())
  })
  expect(runs).toBe(3)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(2)
})

test('a transaction that meets one again and again is given up after ten tries', async () => {
  const world = await newTestWorld()
  await collide(world)
  let runs = 0
  const colliding = world.database.transaction(() => {
    runs += 1
    return collide(world)
  })
  await expect(colliding).rejects.toMatchObject({ code: 11000 })
  expect(runs).toBe(10)
})

test('a claim that the database refuses for another reason than a running task is told', async () => {
  const world = await newTestWorld()
  const task = plainTask({ lane: 'post' })
  await accept(world.database, task)
  await expect(world.database.tasks.claim('post', 'worker', Number.NaN)).rejects.toThrow()
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'pending', fence: 0 })
  await world.database.tasks.claim('post', 'gone', 30)
  await world.skipWaits()
  await expect(world.database.tasks.claim('post', 'worker', Number.NaN)).rejects.toThrow()
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'running', fence: 1 })
})

test('a ring of a task that is gone has number 0', async () => {
  const world = await newTestWorld()
  expect(await world.database.tasks.noteRing('nothing')).toBe(0)
})

test('finished tasks whose times are not known tell nothing about how long a task takes', async () => {
  const world = await newTestWorld()
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  const ended = { action: 'user_create', status: 'finished' }
  await world.db.collection('logs').insertMany([
    { ...ended, startedAt: at(0), finishedAt: at(7) },
    { ...ended, startedAt: null, finishedAt: at(8) },
    { ...ended, startedAt: at(0), finishedAt: null },
  ])
  expect(await world.database.tasks.durations('user_create')).toEqual([7])
})

test('an upsert without a document is an error of ours', () => {
  expect(() => upserted(null)).toThrow('no document')
})

/** Counters of which the first update is preceded by what `before` does. */
function racingCounters({ db }: TestWorld, before: (real: Collection<CounterDocument>) => unknown) {
  const collections = collectionsOf(db)
  let isFirst = true
  const get = (real: Collection<CounterDocument>, name: string | symbol) => {
    const isUpdate = name === 'findOneAndUpdate' && isFirst
    if (isUpdate) isFirst = false
    return isUpdate ? () => before(real) : Reflect.get(real, name).bind(real)
  }
  const counters = new Proxy(collections.counters, { get })
  return mongoCounters({
    collections: { ...collections, counters },
    tx: {},
    run: (call) => call(),
  })
}

/** Another process is faster: it inserts the counter, and the server refuses ours. */
function lose(_id: string) {
  return async (real: Collection<CounterDocument>) => {
    const document = { _id, value: 1, endsAt: new Date(now.getTime() + 3_600_000) }
    await real.insertOne(document)
    await real.insertOne(document)
  }
}

test('two first counts of a window at the same moment are two', async () => {
  const world = await newTestWorld()
  const window = Math.floor(now.getTime() / 60_000)
  const counters = racingCounters(world, lose(`x:${window}`))
  expect(await counters.count('x', 60, now)).toMatchObject({ value: 2 })
})

test('two first tries of a name at the same moment are two', async () => {
  const world = await newTestWorld()
  const counters = racingCounters(world, lose('x'))
  expect(await counters.tryOnce('x', now)).toEqual({ failures: 2 })
})

test('a count or try that fails otherwise is told, and not repeated', async () => {
  const world = await newTestWorld()
  const fail = () => Promise.reject(new MongoNetworkError('The line is cut'))
  await expect(racingCounters(world, fail).count('x', 60, now)).rejects.toThrow('cut')
  await expect(racingCounters(world, fail).tryOnce('x', now)).rejects.toThrow('cut')
  expect(await world.db.collection('counters').countDocuments()).toBe(0)
})

test('a function whose first connection fails works once the database is back', async () => {
  const world = await newTestWorld({ isFast: true, lines: ['database'] })
  const token = await world.as('service')
  const wish = { username: 'robin', display_name: 'Robin', recovery_email: 'r@mail.example' }
  const headers = { authorization: `Bearer ${token}` }
  const request = newEvent({
    ...{ method: 'POST', path: '/create_user', headers },
    body: JSON.stringify(wish),
  })
  // As in a process that starts now.
  const cold = newWorld(world.installation.environment, world.world.overrides)
  const create = () => createUser.run(request, newInvocation(28), cold)
  await world.line('database').set({ kind: 'refuse' })
  expect(await create()).toMatchObject({ statusCode: 503 })
  await world.line('database').set({ kind: 'pass' })
  await expect.poll(create, { timeout: 20_000 }).toMatchObject({ statusCode: 201 })
  await closeWorld(cold)
})

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
  'an error %s of a socket that the driver lets through is an outage',
  (code) => {
    const error = Object.assign(new Error(`write ${code}`), { code })
    expect(wordError(error)).toMatchObject({ code: 'unavailable' })
  },
)

test('a call that the driver breaks off because its server went silent is an outage', async () => {
  const world = await newTestWorld({ lines: ['database'] })
  const uri = new URL(inject('ground').databaseUri.replace('DATABASE', world.db.databaseName))
  const line = world.line('database')
  uri.port = String(line.port)
  uri.searchParams.set('heartbeatFrequencyMS', '500')
  const { client, db } = connectTo(uri.href, 1)
  onTestFinished(() => client.close())
  await db.command({ ping: 1 })
  await line.set({ kind: 'half_open' })
  const session = client.startSession()
  const error = await db.command({ ping: 1 }, { session }).catch((thrown: unknown) => thrown)
  await session.endSession()
  expect(error).toHaveProperty('name', 'PoolClearedOnNetworkError')
  expect(wordError(error)).toMatchObject({ code: 'unavailable' })
})

test('an error of ours is no outage', () => {
  const error = Object.assign(new Error('no file'), { code: 'ENOENT' })
  expect(wordError(error)).toBe(error)
})

test('a task that an abandoned transaction holds keeps nobody from the others', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  const [held, other] = [plainTask({ lane: 'post' }), plainTask({ lane: 'post' })]
  await accept(world.database, held, other)
  await tasks.claim('post', 'gone', 30)
  await world.skipWaits()
  const client = new MongoClient(inject('ground').databaseUri.replace('DATABASE', 'admin'))
  const session = client.startSession()
  session.startTransaction()
  const queue = client.db(world.db.databaseName).collection<{ _id: string }>('tasks_queue')
  await queue.updateOne({ _id: held.id }, { $set: { error: 'half way' } }, { session })
  expect(await tasks.claim('post', 'next', 30)).toMatchObject({ id: other.id })
  await session.abortTransaction()
  await client.close()
  expect(await tasks.claim('post', 'next', 30)).toMatchObject({ id: held.id, attempts: 1 })
})
