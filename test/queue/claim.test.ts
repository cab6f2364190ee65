import { expect, inject, onTestFinished, test } from 'vitest'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import type { Database } from '../../lib/ports.ts'
import { LeaseLost, type Task } from '../../lib/queue/queue.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const leaseSeconds = 30

type Made = ReturnType<typeof plainTask>

/** The same database as other processes see it: each with connections of its own. */
function otherWorkers(world: TestWorld, count: number): readonly Database[] {
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  return Array.from({ length: count }, () => {
    const connection = connectTo(uri)
    onTestFinished(() => connection.client.close())
    return openDatabase(connection)
  })
}

function claimOf(task: Task | undefined) {
  if (task === undefined) throw new Error('There was nothing to claim.')
  return { id: task.id, fence: task.fence }
}

const finished = { status: 'finished', error: null, at: new Date(0) } as const

function finish(database: Database, task: Task | undefined) {
  return database.transaction((records) => records.tasks.finish(claimOf(task), finished))
}

test('of many workers that claim at once in lane host one gets a task', async () => {
  const world = await newTestWorld()
  const workers = otherWorkers(world, 6)
  await accept(world.database, ...Array.from({ length: 8 }, () => plainTask()))
  for (let round = 0; round < 8; round += 1) {
    const claims = workers.flatMap((one) => [1, 2].map(() => one.tasks.claim('host', 'w', 30)))
    const got = (await Promise.all(claims)).filter((task) => task !== undefined)
    expect(got).toHaveLength(1)
    expect(await world.db.collection('tasks_queue').countDocuments({ status: 'running' })).toBe(1)
    await finish(world.database, got[0])
  }
})

test('many workers claim at once in lane post, and each task has one of them', async () => {
  const world = await newTestWorld()
  const workers = otherWorkers(world, 4)
  const tasks = Array.from({ length: 12 }, () => plainTask({ lane: 'post' }))
  await accept(world.database, ...tasks)
  const claims = workers.flatMap((one) =>
    Array.from({ length: 5 }, () => one.tasks.claim('post', 'w', leaseSeconds)),
  )
  const got = (await Promise.all(claims)).flatMap((task) => task?.id ?? [])
  expect([...got].sort()).toEqual(tasks.map(({ id }) => id).sort())
})

test('tasks are claimed oldest first, also when they were stored in another order', async () => {
  const world = await newTestWorld()
  const [first, second, third] = [plainTask(), plainTask(), plainTask()]
  await accept(world.database, third, first, second)
  const order: string[] = []
  for (let round = 0; round < 3; round += 1) {
    const task = await world.database.tasks.claim('host', 'w', leaseSeconds)
    order.push(task?.id ?? '')
    await finish(world.database, task)
  }
  expect(order).toEqual([first.id, second.id, third.id])
})

test('a task whose lease has ended is claimed before any that waits, under a new fence', async () => {
  const world = await newTestWorld()
  const [older, abandoned] = [plainTask(), plainTask()]
  await accept(world.database, abandoned)
  const before = await world.database.tasks.claim('host', 'gone', leaseSeconds)
  await accept(world.database, older)
  expect(await world.database.tasks.claim('host', 'next', leaseSeconds)).toBeUndefined()
  await world.skipWaits()
  const again = await world.database.tasks.claim('host', 'next', leaseSeconds)
  expect(again).toMatchObject({ id: abandoned.id, fence: 2, lease: { owner: 'next' } })
  expect(again?.startedAt).toEqual(before?.startedAt)
})

test('every write of a worker fails after another one has claimed its task', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  await accept(world.database, plainTask())
  const late = claimOf(await tasks.claim('host', 'late', leaseSeconds))
  await world.skipWaits()
  const next = claimOf(await tasks.claim('host', 'next', leaseSeconds))
  const attempt = {
    step: 1,
    verb: 'x',
    at: new Date(),
    seconds: 0,
    exit: 0,
    outcome: 'ok',
    output: '',
  }
  const writes = [
    () => tasks.renew(late, leaseSeconds),
    () => tasks.recordIntent(late, { intent: 'absent', step: 1 }),
    () => tasks.recordAttempt(late, attempt),
    () => tasks.postpone(late, { delaySeconds: 5, counted: true }),
    () => tasks.park(late, 'no'),
    () => tasks.finish(late, finished),
    () => world.database.transaction((records) => records.tasks.finish(late, finished)),
  ]
  for (const write of writes) await expect(write()).rejects.toThrow(LeaseLost)
  expect(await tasks.find(late.id)).toMatchObject({ status: 'running', step: 0, history: [] })
  await tasks.renew(next, leaseSeconds)
  await tasks.recordAttempt(next, attempt)
  await world.database.transaction((records) => records.tasks.finish(next, finished))
  await expect(tasks.renew(next, leaseSeconds)).rejects.toThrow(LeaseLost)
})

test('tasks of one resource run in their order, others go past a delayed one', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  const [first, other, second] = [
    plainTask({ resource: 'account:a' }),
    plainTask({ resource: 'account:b' }),
    plainTask({ resource: 'account:a' }),
  ]
  await accept(world.database, first, other, second)
  const claimed = claimOf(await tasks.claim('host', 'w', leaseSeconds))
  expect(claimed.id).toBe(first.id)
  await tasks.postpone(claimed, { delaySeconds: 60, counted: true })
  await finish(world.database, await tasks.claim('host', 'w', leaseSeconds))
  expect(await tasks.promote('host')).toBe(0)
  expect(await tasks.claim('host', 'w', leaseSeconds)).toBeUndefined()
  await world.skipWaits()
  expect(await tasks.promote('host')).toBe(1)
  const again = await tasks.claim('host', 'w', leaseSeconds)
  expect(again).toMatchObject({ id: first.id, attempts: 1, fence: 2 })
  await finish(world.database, again)
  expect((await tasks.claim('host', 'w', leaseSeconds))?.id).toBe(second.id)
  expect((await tasks.find(other.id))?.status).toBe('finished')
})

test('of one resource, what was stored first runs first, whatever was made first', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  const made = Array.from({ length: 5 }, () => plainTask({ resource: 'account:a' }))
  const [m0, m1, m2, m3, m4] = made as [Made, Made, Made, Made, Made]
  const order: string[] = []
  const runOne = async () => {
    const task = await tasks.claim('host', 'w', leaseSeconds)
    order.push(task?.id ?? '')
    await finish(world.database, task)
  }
  await accept(world.database, m3, m4, m1)
  await runOne()
  await accept(world.database, m2)
  await runOne()
  // A new queue behind a head that came from the old one.
  await accept(world.database, m0)
  for (let left = 3; left > 0; left -= 1) await runOne()
  expect(order).toEqual([m3, m4, m1, m2, m0].map(({ id }) => id))
  expect(await tasks.claim('host', 'w', leaseSeconds)).toBeUndefined()
})

test('a postponement without a delay is runnable at once', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  await accept(world.database, plainTask())
  const claimed = claimOf(await tasks.claim('host', 'w', leaseSeconds))
  await tasks.postpone(claimed, { delaySeconds: 0, counted: false })
  expect(await tasks.claim('host', 'w', leaseSeconds)).toMatchObject({
    id: claimed.id,
    attempts: 0,
  })
})

test('a parked task blocks its own resource and nothing else', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  const parked = plainTask({ resource: 'account:a' })
  const behind = plainTask({ resource: 'account:a' })
  const other = plainTask({ resource: 'account:b' })
  await accept(world.database, parked, behind, other)
  await tasks.park(claimOf(await tasks.claim('host', 'w', leaseSeconds)), 'Look at it.')
  const next = await tasks.claim('host', 'w', leaseSeconds)
  expect(next?.id).toBe(other.id)
  await finish(world.database, next)
  expect(await tasks.claim('host', 'w', leaseSeconds)).toBeUndefined()
  const state = await tasks.laneState('host')
  expect(state).toMatchObject({
    pending: 1,
    running: 0,
    parked: [{ id: parked.id, error: 'Look at it.' }],
    blocked: [{ resource: 'account:a', waiting: 1 }],
  })
  await accept(world.database, plainTask({ resource: 'account:a' }))
  expect(await tasks.claim('host', 'w', leaseSeconds)).toBeUndefined()
})

test('the end of a task moves it to the logs without its secrets', async () => {
  const world = await newTestWorld()
  const sealed = { password: { keyId: 'k1', nonce: 'n', ciphertext: 'c' } }
  await accept(world.database, plainTask({ sealed }))
  const task = await world.database.tasks.claim('host', 'w', leaseSeconds)
  expect(task?.sealed).toEqual(sealed)
  await finish(world.database, task)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  const [log] = await world.db.collection('logs').find().toArray()
  expect(log).toMatchObject({ _id: task?.id, status: 'finished', lease: null })
  expect(log?.['sealed']).toEqual({})
  expect(log).not.toHaveProperty('headOf')
  expect(log).not.toHaveProperty('readyIn')
})

test('a task that lines up behind one that is just ending is never left behind', async () => {
  const world = await newTestWorld()
  const [ending, accepting, second] = otherWorkers(world, 3)
  if (!ending || !accepting || !second) throw new Error('Three workers were asked for.')
  const rounds = 60
  for (let round = 0; round < rounds; round += 1) {
    const wish = { lane: 'post', resource: `mail:user${round}` } as const
    const [head, next, last] = [plainTask(wish), plainTask(wish), plainTask(wish)]
    await accept(world.database, head)
    const claimed = await world.database.tasks.claim('post', 'w', leaseSeconds)
    const work = [
      () => finish(ending, claimed),
      () => accept(accepting, next),
      () => accept(second, last),
    ]
    // Another one of them is first each time.
    const order = [...work.slice(round % 3), ...work.slice(0, round % 3)]
    await Promise.all(order.map((run) => run()))
    const marks = await world.db
      .collection('tasks_queue')
      .find({ resource: wish.resource })
      .toArray()
    expect(
      marks.filter((one) => 'headOf' in one && 'readyIn' in one),
      `round ${round}`,
    ).toHaveLength(1)
    const claimedIds: string[] = []
    for (let left = 0; left < 2; left += 1) {
      const task = await world.database.tasks.claim('post', 'w', leaseSeconds)
      claimedIds.push(task?.id ?? 'nothing')
      await finish(world.database, task)
    }
    expect([...claimedIds].sort(), `round ${round}`).toEqual([next.id, last.id].sort())
  }
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
})

test('parallel first tasks of one resource give one head, and all of them run', async () => {
  const world = await newTestWorld()
  const workers = otherWorkers(world, 4)
  for (let round = 0; round < 8; round += 1) {
    const wish = { resource: `account:user${round}` }
    const tasks = workers.map(() => plainTask(wish))
    await Promise.all(workers.map((one, at) => accept(one, ...tasks.slice(at, at + 1))))
    const order: string[] = []
    for (let left = 0; left < tasks.length; left += 1) {
      const task = await world.database.tasks.claim('host', 'w', leaseSeconds)
      order.push(task?.id ?? 'nothing')
      await finish(world.database, task)
    }
    expect([...order].sort(), `round ${round}`).toEqual(tasks.map(({ id }) => id).sort())
  }
})

test('accepting, claiming, ending and taking back at once leaves nothing that can never run', async () => {
  const world = await newTestWorld()
  const workers = otherWorkers(world, 4)
  const [site, one, other, staff] = workers
  if (!site || !one || !other || !staff) throw new Error('Four workers were asked for.')
  const resources = ['account:a', 'account:b']
  const tasks = Array.from({ length: 40 }, (_, at) => {
    return plainTask({ lane: 'post', resource: resources[at % 2] ?? '' })
  })
  let isAccepting = true
  const runOne = async (worker: Database) => {
    while (isAccepting) {
      const task = await worker.tasks.claim('post', 'w', leaseSeconds)
      if (task !== undefined) await finish(worker, task)
    }
  }
  const accepting = accept(site, ...tasks).finally(() => {
    isAccepting = false
  })
  const takingBack = tasks
    .filter((_, at) => at % 5 === 0)
    .map(({ id }) => {
      const end = { status: 'cancelled', error: 'no', at: new Date(0) } as const
      return staff.transaction((records) => records.tasks.end(id, end))
    })
  await Promise.all([accepting, runOne(one), runOne(other), ...takingBack])
  for (let left = tasks.length; left > 0; left -= 1) {
    const task = await world.database.tasks.claim('post', 'w', leaseSeconds)
    if (task !== undefined) await finish(world.database, task)
  }
  expect(await world.db.collection('tasks_queue').find().toArray()).toEqual([])
  expect(await world.db.collection('logs').countDocuments()).toBe(tasks.length)
})
