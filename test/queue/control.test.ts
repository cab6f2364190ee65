import { expect, test } from 'vitest'
import type { LaneDocument } from '../../lib/adapters/mongo/collections.ts'
import { Failure } from '../../lib/failure.ts'
import {
  cancelTask,
  pauseLane,
  queueStatus,
  resumeLane,
  retryTask,
  skipTask,
} from '../../lib/queue/control.ts'
import { type Claim, LeaseLost } from '../../lib/queue/queue.ts'
import { hostTasks, postTasks } from '../../lib/tasks/index.ts'
import { userCreate } from '../../lib/tasks/user-create.ts'
import { controlOf } from '../support/control.ts'
import { askForAccount } from '../support/story.ts'
import { accept, makeTask, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const definitions = { ...hostTasks, ...postTasks }

async function claim(world: TestWorld): Promise<Claim> {
  const task = await world.database.tasks.claim('host', 'worker', 30)
  if (task === undefined) throw new Error('There was nothing to claim.')
  return { id: task.id, fence: task.fence }
}

/** A `user_create` whose first change was about to happen when its worker gave up. */
async function parkAfterIntent(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  const held = await claim(world)
  await world.database.tasks.recordIntent(held, { intent: 'absent', step: 1 })
  await world.database.tasks.park(held, 'Nobody knows what happened.')
  return asked.body.task_id
}

function refusal(code: string) {
  return expect.objectContaining({ name: 'Failure', code })
}

test('the cancel of an account creation that has not begun frees the name and tells staff', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const asked = await askForAccount(world, { username: 'robin' })
  await cancelTask(uses, definitions, asked.body.task_id)
  const read = await world.call('GET', asked.body.task_url, { token: await world.as('service') })
  expect(read.body).toMatchObject({ status: 'cancelled', error: 'Cancelled by staff.' })
  expect(await world.database.tasks.claim('host', 'w', 30)).toBeUndefined()
  await world.runWorkers()
  await world.sweep()
  await world.runWorkers()
  expect(JSON.stringify(world.chat())).toContain('Cancelled by staff.')
  expect(await world.mails()).toEqual([])
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
})

test('a task that has begun is not cancelled', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const id = await parkAfterIntent(world, 'robin')
  await expect(cancelTask(uses, definitions, id)).rejects.toEqual(refusal('task_not_changeable'))
  expect((await world.database.tasks.find(id))?.status).toBe('parked')
})

test('a task that begins while it is cancelled is not cancelled as one that left nothing', async () => {
  const world = await newTestWorld()
  const { database } = world
  const asked = await askForAccount(world, { username: 'robin' })
  const id: string = asked.body.task_id
  // What a worker does between the look at the task and its end.
  const begin = async () => {
    const held = await claim(world)
    await database.tasks.recordIntent(held, { intent: 'absent', step: 1 })
    await database.tasks.postpone(held, { delaySeconds: 10, counted: true })
  }
  let hasBegun = false
  const transaction: typeof database.transaction = (work) =>
    database.transaction((records) => {
      const find: typeof records.tasks.find = async (wanted) => {
        const task = await records.tasks.find(wanted)
        if (!hasBegun) await begin()
        hasBegun = true
        return task
      }
      return work({ ...records, tasks: { ...records.tasks, find } })
    })
  const uses = { ...(await controlOf(world)), database: { ...database, transaction } }
  await expect(cancelTask(uses, definitions, id)).rejects.toEqual(refusal('task_not_changeable'))
  expect((await database.tasks.find(id))?.status).toBe('pending')
})

test('the skip of an account creation that had begun keeps the name until the host is clean', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const id = await parkAfterIntent(world, 'robin')
  await skipTask(uses, definitions, id)
  const [log] = await world.db.collection('logs').find().toArray()
  expect(log).toMatchObject({ _id: id, status: 'failed', error: 'Skipped by staff.' })
  expect(log?.['sealed']).toEqual({})
  const account = await world.database.accounts.find('robin')
  expect(account).toMatchObject({
    state: 'failed',
    failureText: 'Skipped by staff.',
    usedOnHost: false,
  })
  const undoing = { action: 'user_undo_create', resource: 'account:robin' }
  expect(await world.db.collection('tasks_queue').countDocuments(undoing)).toBe(1)
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
})

test('the skip of a parked task lets the next one of its resource run', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const [parked, behind] = [
    plainTask({ resource: 'account:a' }),
    plainTask({ resource: 'account:a' }),
  ]
  await accept(world.database, parked, behind)
  await world.database.tasks.park(await claim(world), 'Look at it.')
  expect(await world.database.tasks.claim('host', 'w', 30)).toBeUndefined()
  await skipTask(uses, definitions, parked.id)
  expect((await claim(world)).id).toBe(behind.id)
})

test('a task that waits behind another one can be taken back, and the order stays', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const wish = { resource: 'account:a' }
  const [head, middle, last] = [plainTask(wish), plainTask(wish), plainTask(wish)]
  await accept(world.database, head, middle, last)
  await cancelTask(uses, definitions, middle.id)
  const held = await claim(world)
  expect(held.id).toBe(head.id)
  const end = { status: 'finished', error: null, at: new Date(0) } as const
  await world.database.transaction((records) => records.tasks.finish(held, end))
  expect((await claim(world)).id).toBe(last.id)
})

test('retry makes a parked task runnable at once, with its attempts forgotten', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await accept(world.database, plainTask())
  const held = await claim(world)
  await world.database.tasks.postpone(held, { delaySeconds: 0, counted: true })
  const again = await claim(world)
  await world.database.tasks.park(again, 'Look at it.')
  await retryTask(uses, held.id)
  const task = await world.database.tasks.claim('host', 'w', 30)
  expect(task).toMatchObject({ id: held.id, attempts: 0, error: null, fence: 3 })
})

test('that a task parks is news once, also of a slow one, and again after a try by staff', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  await accept(world.database, plainTask())
  const park = async () => tasks.park(await claim(world), 'Look at it.')
  const { id, fence } = await claim(world)
  expect(await tasks.markTold({ id, fence })).toBe(true)
  const isNews = [await tasks.park({ id, fence }, 'Look at it.')]
  for (const by of ['sweeper', 'staff', 'sweeper'] as const) {
    await tasks.retry(id, by)
    isNews.push(await park())
  }
  expect(isNews).toEqual([true, false, true, false])
})

test('retry makes a delayed task runnable at once', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await accept(world.database, plainTask())
  const held = await claim(world)
  await world.database.tasks.postpone(held, { delaySeconds: 300, counted: true })
  expect(await world.database.tasks.claim('host', 'w', 30)).toBeUndefined()
  await retryTask(uses, held.id)
  expect((await claim(world)).id).toBe(held.id)
})

test('a task that runs can neither be retried, skipped nor cancelled, and goes on', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await accept(world.database, plainTask())
  const held = await claim(world)
  const notNow = refusal('task_not_changeable')
  await expect(retryTask(uses, held.id)).rejects.toEqual(notNow)
  await expect(skipTask(uses, definitions, held.id)).rejects.toEqual(notNow)
  await expect(cancelTask(uses, definitions, held.id)).rejects.toEqual(notNow)
  await world.database.tasks.renew(held, 30)
})

test('a task that is over can neither be retried, skipped nor cancelled', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await accept(world.database, plainTask())
  const held = await claim(world)
  const end = { status: 'finished', error: null, at: new Date(0) } as const
  await world.database.transaction((records) => records.tasks.finish(held, end))
  const notNow = refusal('task_not_changeable')
  await expect(retryTask(uses, held.id)).rejects.toEqual(notNow)
  await expect(skipTask(uses, definitions, held.id)).rejects.toEqual(notNow)
  await expect(cancelTask(uses, definitions, held.id)).rejects.toEqual(notNow)
  expect(await world.db.collection('logs').countDocuments()).toBe(1)
})

test('a task that nobody knows is named as such', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const missing = 'AAAAAAAAAAAAAAAAAAAAAA'
  await expect(retryTask(uses, missing)).rejects.toEqual(refusal('unknown_task'))
  await expect(skipTask(uses, definitions, missing)).rejects.toEqual(refusal('unknown_task'))
  await expect(cancelTask(uses, definitions, missing)).rejects.toThrow(Failure)
})

test('a waiting task of an action that this version lacks can be skipped', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  const task = plainTask({ action: 'from_the_future' })
  await accept(world.database, task)
  await skipTask(uses, definitions, task.id)
  expect((await world.database.tasks.find(task.id))?.status).toBe('failed')
})

test('a paused lane begins nothing, and a resumed one goes on', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await pauseLane(uses, 'host', 'New disk.')
  const asked = await askForAccount(world, { username: 'robin' })
  expect(asked.status).toBe(201)
  await world.runWorkers()
  await world.sweep()
  expect(await world.wake('host')).toBe(0)
  expect(await world.ledger()).toEqual([])
  const [host, post] = await queueStatus(uses)
  expect(host).toMatchObject({ lane: 'host', paused: true, reason: 'New disk.', pending: 1 })
  expect(post).toMatchObject({ lane: 'post', paused: false, reason: null, pending: 0 })
  await resumeLane(uses, 'host')
  await world.sweep()
  await world.runWorkers()
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin' }])
})

test('a pause in the middle of a task lets it end and begins no other', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  await accept(world.database, plainTask(), plainTask())
  const held = await claim(world)
  await pauseLane(uses, 'host', 'New disk.')
  const end = { status: 'finished', error: null, at: new Date(0) } as const
  await world.database.transaction((records) => records.tasks.finish(held, end))
  expect(await world.database.tasks.secondsClosed('host')).not.toBe(0)
  expect(await world.database.tasks.findToRing('host')).toBeUndefined()
})

test('a lane that closed by itself waits 5 s, twice as long each time, and 300 s at most', async () => {
  const world = await newTestWorld()
  const { tasks } = world.database
  const waits: number[] = []
  for (let miss = 0; miss < 9; miss += 1) {
    waits.push((await tasks.closeLane('host', { first: 5, longest: 300 })).seconds)
  }
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300])
  expect(await tasks.secondsClosed('host')).not.toBe(0)
  expect(await tasks.secondsClosed('post')).toBe(0)
  const lane = await world.db.collection<LaneDocument>('lanes').findOne({ _id: 'host' })
  const left = ((lane?.closedUntil?.getTime() ?? 0) - Date.now()) / 1000
  expect(left).toBeGreaterThan(290)
  expect(left).toBeLessThan(310)
  await tasks.openLane('host')
  expect(await tasks.secondsClosed('host')).toBe(0)
  expect(await tasks.closeLane('host', { first: 5, longest: 300 })).toEqual({
    seconds: 5,
    misses: 1,
    isTold: false,
  })
})

test('two who end one task at once end it once', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  for (let round = 0; round < 5; round += 1) {
    const values = { input: { username: `robin${round}`, display_name: 'R', domain: 'a.example' } }
    const task = await makeTask(world.world, userCreate, values)
    await accept(world.database, task)
    const both = [cancelTask(uses, definitions, task.id), skipTask(uses, definitions, task.id)]
    const done = await Promise.allSettled(both)
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(done.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: refusal('task_not_changeable'),
    })
  }
  const told = await world.db.collection('tasks_queue').countDocuments({ action: 'tell_staff' })
  expect(told).toBe(5)
})

test('who claims and who cancels at once never both have the task', async () => {
  const world = await newTestWorld()
  const uses = await controlOf(world)
  for (let round = 0; round < 20; round += 1) {
    const task = plainTask()
    await accept(world.database, task)
    const [claimed, cancelled] = await Promise.allSettled([
      world.database.tasks.claim('host', 'w', 30),
      cancelTask(uses, definitions, task.id),
    ])
    const hasIt = claimed.status === 'fulfilled' && claimed.value !== undefined
    expect(hasIt, `round ${round}`).toBe(cancelled.status === 'rejected')
    if (claimed.status === 'fulfilled' && claimed.value) {
      const held = { id: task.id, fence: claimed.value.fence }
      const end = { status: 'finished', error: null, at: new Date(0) } as const
      await world.database.transaction((records) => records.tasks.finish(held, end))
      await expect(world.database.tasks.renew(held, 1)).rejects.toThrow(LeaseLost)
    }
  }
})
