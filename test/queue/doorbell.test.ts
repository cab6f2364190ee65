import { expect, test } from 'vitest'
import { HostError } from '../../lib/yunohost/gate.ts'
import { hashOf } from '../support/hash.ts'
import { askForAccount } from '../support/story.ts'
import { accept, newDeliveries, plainTask, sendRaw, takeMessages } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const unknownId = 'AAAAAAAAAAAAAAAAAAAAAA'

async function ask(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  expect(asked.status).toBe(201)
  world.clock.advance(1000)
  return asked.body.task_id
}

async function created(world: TestWorld): Promise<readonly string[]> {
  const effects = (await world.ledger()) as ReadonlyArray<{ effect: string; user: string }>
  return effects.filter(({ effect }) => effect === 'user_created').map(({ user }) => user)
}

test('a ring is the id of its task in the one group of the lane, and nothing else', async () => {
  const world = await newTestWorld()
  const id = await ask(world, 'robin')
  expect(await takeMessages(world, 'host')).toEqual([
    {
      body: JSON.stringify({ v: 1, taskId: id }),
      groupId: 'host',
      deduplicationId: `${id}#0`,
      receipt: expect.any(String),
    },
  ])
})

test('what follows a host task rings in lane post, grouped by resource', async () => {
  const world = await newTestWorld()
  await ask(world, 'robin')
  await world.wake('host')
  const rings = await takeMessages(world, 'post')
  expect(rings.map(({ groupId }) => groupId).sort()).toEqual(
    [hashOf('mail:robin'), hashOf('chat:account:robin')].sort(),
  )
})

test('a lost message is rung again by the sweeper, with a new number each time', async () => {
  const world = await newTestWorld()
  const id = await ask(world, 'robin')
  expect(await takeMessages(world, 'host')).toHaveLength(1)
  await world.sweep()
  expect(await takeMessages(world, 'host')).toMatchObject([{ deduplicationId: `${id}#1` }])
  await world.sweep()
  await world.runWorkers()
  expect(await created(world)).toEqual(['robin'])
  expect(await world.mails()).toHaveLength(1)
})

test('the sweeper rings once for many tasks, and not for what is done', async () => {
  const world = await newTestWorld()
  await accept(world.database, plainTask(), plainTask(), plainTask({ lane: 'post' }))
  await world.sweep()
  expect(await takeMessages(world, 'host')).toHaveLength(1)
  expect(await takeMessages(world, 'post')).toHaveLength(1)
  await world.db.collection('tasks_queue').deleteMany({})
  await world.sweep()
  expect(await takeMessages(world, 'host')).toEqual([])
})

test('the sweeper is quiet while a worker holds a lease, and rings when the lease has ended', async () => {
  const world = await newTestWorld()
  await accept(world.database, plainTask(), plainTask())
  const held = await world.database.tasks.claim('host', 'worker', 30)
  await world.sweep()
  expect(await takeMessages(world, 'host')).toEqual([])
  await world.skipWaits()
  await world.sweep()
  expect(await takeMessages(world, 'host')).toMatchObject([{ deduplicationId: `${held?.id}#1` }])
})

test('the sweeper is quiet while all there is has to wait, and rings when its time has come', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  await accept(
    world.database,
    plainTask({ resource: 'account:a' }),
    plainTask({ resource: 'account:b' }),
  )
  for (const delaySeconds of [60, 0]) {
    const task = await tasks.claim('host', 'worker', 30)
    const held = { id: task?.id ?? '', fence: task?.fence ?? 0 }
    if (delaySeconds > 0) await tasks.postpone(held, { delaySeconds, counted: true })
    else await tasks.park(held, 'Look at it.')
  }
  await world.sweep()
  expect(await takeMessages(world, 'host')).toEqual([])
  await world.skipWaits()
  await world.sweep()
  expect(await takeMessages(world, 'host')).toHaveLength(1)
})

test('doubled, reordered and foreign messages change nothing: each task runs once, oldest first (FI-17, FI-18)', async () => {
  const world = await newTestWorld()
  const ids = [await ask(world, 'robin'), await ask(world, 'sandy'), await ask(world, 'tony')]
  await takeMessages(world, 'host')
  const late = [...ids].reverse()
  for (const taskId of [...late, ...late, unknownId, ...late]) {
    await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId }))
  }
  await world.runWorkers()
  expect(await created(world)).toEqual(['robin', 'sandy', 'tony'])
  expect(await takeMessages(world, 'dead')).toEqual([])
  expect(await world.mails()).toHaveLength(3)
})

test('two consumers at once run each task once (FI-17)', async () => {
  const world = await newTestWorld()
  await ask(world, 'robin')
  await ask(world, 'sandy')
  await takeMessages(world, 'host')
  await world.host()
  const [one, other] = [await newDeliveries(world, 'host'), await newDeliveries(world, 'host')]
  for (let round = 0; round < 4; round += 1) {
    await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
    await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
    await Promise.all([one.wake(), other.wake()])
  }
  expect(await created(world)).toEqual(['robin', 'sandy'])
})

const malformed: ReadonlyArray<readonly [string, string]> = [
  ['no JSON', '{"v":1,'],
  ['plain text', 'ring ring'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no version', JSON.stringify({ v: 0, taskId: unknownId })],
  ['no id', JSON.stringify({ v: 1 })],
  ['an id of another shape', JSON.stringify({ v: 1, taskId: '../../etc' })],
  ['an id with a line end', JSON.stringify({ v: 1, taskId: `${unknownId}\n` })],
  ['an id that is a query', JSON.stringify({ v: 1, taskId: { $gt: '' } })],
  ['extra fields', JSON.stringify({ v: 1, taskId: unknownId, argv: ['reboot'] })],
  ['100 kB', JSON.stringify({ v: 1, taskId: 'A'.repeat(100_000) })],
]

test('malformed messages go to the dead letters with their reason, and the lane goes on (FI-28)', async () => {
  const world = await newTestWorld()
  world.log.expectError('malformed_message')
  for (const [, body] of malformed) await sendRaw(world, 'host', body)
  await ask(world, 'robin')
  await world.wake('host')
  expect(await created(world)).toEqual(['robin'])
  const dead = await takeMessages(world, 'dead')
  expect(dead.map(({ body }) => body.slice(0, 200))).toEqual(
    malformed.map(([, body]) => body.slice(0, 200)),
  )
  const noted = world.log.lines.filter(({ event }) => event === 'malformed_message')
  expect(noted).toHaveLength(malformed.length)
  expect(JSON.stringify(noted)).not.toContain('reboot')
})

test('a malformed message wakes nobody in lane post either', async () => {
  const world = await newTestWorld()
  world.log.expectError('malformed_message')
  await sendRaw(world, 'post', '{}')
  await world.wake('post')
  expect(await takeMessages(world, 'dead')).toMatchObject([{ body: '{}' }])
})

/** What a doorbell was asked to do with the message that woke a worker. */
function recordedHiding() {
  const seconds: number[] = []
  const doorbell = {
    ring: async () => undefined,
    setAside: async () => undefined,
    hide: async (_lane: string, _receipt: string, hidden: number) => {
      seconds.push(hidden)
    },
  }
  return { seconds, doorbell }
}

test('a worker whose lane closes gives its message back for as long as the lane stays closed', async () => {
  const { seconds, doorbell } = recordedHiding()
  const host = {
    ask: () => Promise.reject(new HostError('unreachable', 'The host does not answer')),
  }
  const world = await newTestWorld({ overrides: { doorbell, host } })
  await accept(world.database, plainTask())
  const worker = await newDeliveries(world, 'host')
  for (const wait of [5, 10, 20]) {
    await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
    expect(await worker.wake()).toMatchObject([{ name: 'RingAgain' }])
    expect(seconds.splice(0)).toEqual([30, wait])
    await worker.redeliver()
    await takeMessages(world, 'host')
    await world.skipWaits()
  }
  const task = await world.db.collection('tasks_queue').findOne()
  expect(task).toMatchObject({ attempts: 0, status: 'pending' })
})

test('a worker whose time is up rings once for what is left', async () => {
  const world = await newTestWorld()
  // An action that this version lacks is put off at once, so that each look at the clock is before a claim.
  const tasks = [1, 2, 3].map(() => plainTask({ action: 'from_the_future' }))
  await accept(world.database, ...tasks)
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
  const secondsLeft = [100, 10]
  const worker = await newDeliveries(world, 'host')
  const clock = { getRemainingTimeInMillis: () => (secondsLeft.shift() ?? 100) * 1000 }
  expect(await worker.wake(clock)).toEqual([])
  const found = await world.db.collection('tasks_queue').find({ lane: 'host' }).toArray()
  expect(found.map(({ status, ring }) => [status, ring])).toEqual([
    ['pending', 0],
    ['pending', 1],
    ['pending', 0],
  ])
})

test('the message of a lane that is held outlives the lease of a worker that is gone', async () => {
  const { seconds, doorbell } = recordedHiding()
  const world = await newTestWorld({ overrides: { doorbell } })
  await accept(world.database, plainTask(), plainTask())
  await world.database.tasks.claim('host', 'gone', 20)
  const worker = await newDeliveries(world, 'host')
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
  expect(await worker.wake()).toMatchObject([{ name: 'RingAgain' }])
  expect(seconds[0]).toBe(30)
  expect(seconds[1]).toBeGreaterThan(15)
  expect(seconds[1]).toBeLessThanOrEqual(20)
})

test('a message waits no longer than half a minute for a lane that is closed for long', async () => {
  const { seconds, doorbell } = recordedHiding()
  const world = await newTestWorld({ overrides: { doorbell } })
  await accept(world.database, plainTask())
  await world.database.tasks.closeLane('host', { first: 300, longest: 300 })
  const worker = await newDeliveries(world, 'host')
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: unknownId }))
  expect(await worker.wake()).toMatchObject([{ name: 'RingAgain' }])
  expect(seconds).toEqual([30, 30])
  expect(await world.db.collection('tasks_queue').findOne()).toMatchObject({ fence: 0 })
})
