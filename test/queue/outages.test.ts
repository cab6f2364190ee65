import { expect, test } from 'vitest'
import { effectsOf, later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newDeliveries } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'

test('without the database a request is answered 503 with a time, and nothing is half made', async () => {
  const world = await newTestWorld({ lines: ['database'] })
  const token = await world.as('service')
  const body = { username: 'robin', display_name: 'Robin', recovery_email: 'robin@mail.example' }
  expect((await askForAccount(world, { username: 'sandy' })).status).toBe(201)
  await world.runWorkers()
  world.line('database').cut()
  const answers = await Promise.all([
    world.call('POST', '/create_user', { token, body }),
    world.call('POST', '/request_password_reset', { body: { username: 'sandy' } }),
    world.call('POST', '/login', { body: { username: 'sandy', password: 'x' } }),
  ])
  for (const answer of answers) {
    expect(answer.status).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.body.code ?? answer.body.msg).toBeTruthy()
  }
  expect(await world.db.collection('accounts').countDocuments({ username: 'robin' })).toBe(0)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  world.line('database').mend()
  expect((await world.call('POST', '/create_user', { token, body })).status).toBe(201)
  await world.runWorkers()
  expect(await effectsOf(world, 'robin')).toContain('user_created')
}, 60_000)

test('a worker without the database does nothing on the host and has its message back', async () => {
  const world = await newTestWorld({ lines: ['database'] })
  const asked = await askForAccount(world, { username: 'robin' })
  world.line('database').cut()
  const worker = await newDeliveries(world, 'host')
  expect(await worker.wake()).toMatchObject([{ name: 'Failure', code: 'unavailable' }])
  expect(await world.ledger()).toEqual([])
  world.line('database').mend()
  await worker.redeliver()
  expect(await worker.wake()).toEqual([])
  expect(await world.database.tasks.find(asked.body.task_id)).toMatchObject({
    status: 'finished',
    attempts: 0,
  })
}, 60_000)

test('a database that goes away during a command costs one command and no second account', async () => {
  // A renewal that waits for the database would come through when it is back, and hold the lease.
  const world = await newTestWorld({ lines: ['database'], settings: { RENEW_SECONDS: '60' } })
  await world.host()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 1, times: 1 }])
  const asked = await askForAccount(world, { username: 'robin' })
  const worker = await newDeliveries(world, 'host')
  const waking = worker.wake()
  const hasIntent = async () => (await world.db.collection('tasks_queue').findOne())?.['step'] === 1
  await expect.poll(hasIntent, { timeout: 10_000 }).toBe(true)
  world.line('database').cut()
  expect(await waking).toMatchObject([{ name: 'Failure', code: 'unavailable' }])
  world.line('database').mend()
  await worker.redeliver()
  await world.skipWaits()
  expect(await worker.wake()).toEqual([])
  expect(await world.database.tasks.find(asked.body.task_id)).toMatchObject({
    status: 'finished',
    // Its lease ended by itself, and nobody can tell that from a killed worker.
    attempts: 1,
  })
  const effects = await effectsOf(world, 'robin')
  expect(effects.filter((effect) => effect === 'user_created')).toHaveLength(1)
  await world.wake('post')
  expect(await world.mails()).toHaveLength(1)
}, 60_000)

test('without the queue a request is answered 201 all the same, and the sweeper rings later', async () => {
  const world = await newTestWorld({ lines: ['queues'] })
  await world.as('service')
  world.line('queues').cut()
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
  expect(world.log.lines.map(({ event }) => event)).toContain('ring_failed')
  world.line('queues').mend()
  expect(await world.wake('host')).toBe(0)
  await world.sweep()
  await world.runWorkers()
  expect(await effectsOf(world, 'robin')).toContain('user_created')
  expect(await world.mails()).toHaveLength(1)
})

test('a queue that takes the request and never answers costs two seconds', async () => {
  const world = await newTestWorld({ lines: ['queues'] })
  await world.as('service')
  world.line('queues').hold()
  const before = performance.now()
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
  expect(performance.now() - before).toBeLessThan(4000)
  world.line('queues').mend()
})

test('without mail and chat no host task waits, and each message comes once when they are back', async () => {
  const world = await newTestWorld({ lines: ['mail', 'chat'] })
  world.line('mail').cut()
  world.line('chat').cut()
  const names = ['robin', 'sandy', 'tony']
  const tasks = []
  for (const username of names) tasks.push((await askForAccount(world, { username })).body.task_id)
  await world.runWorkers()
  await later(world)
  for (const id of tasks)
    expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished' })
  const waiting = await world.db.collection('tasks_queue').find({ lane: 'post' }).toArray()
  expect(waiting).toHaveLength(6)
  expect(await world.mails()).toEqual([])
  world.line('mail').mend()
  await later(world)
  expect((await world.mails()).map(({ to }) => to[0]).sort()).toEqual(
    names.map((name) => `${name}@mail.example`),
  )
  expect(world.chat()).toEqual([])
  world.line('chat').mend()
  await later(world)
  await later(world)
  expect(await world.mails()).toHaveLength(3)
  expect(world.chat()).toHaveLength(3)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
}, 60_000)

test('without the parameter store what was read before goes on working', async () => {
  const world = await newTestWorld({ lines: ['secrets'] })
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  world.line('secrets').cut()
  expect((await askForAccount(world, { username: 'sandy' })).status).toBe(201)
  await world.runWorkers()
  expect(await world.hostUsers()).toHaveLength(2)
  expect(await world.mails()).toHaveLength(2)
})

test('a function that starts while the parameter store is away keeps the task and nothing in plain', async () => {
  const world = await newTestWorld({ lines: ['secrets'] })
  await world.host()
  const asked = await askForAccount(world, { username: 'robin' })
  world.world.opened.clear()
  world.line('secrets').cut()
  const worker = await newDeliveries(world, 'host')
  expect(await worker.wake()).toHaveLength(1)
  world.line('secrets').mend()
  // A new process: the one that failed waits half a minute before it asks again.
  world.world.opened.clear()
  await later(world)
  await worker.redeliver()
  await worker.wake()
  expect(await world.database.tasks.find(asked.body.task_id)).toMatchObject({
    status: 'finished',
    attempts: 0,
  })
})
