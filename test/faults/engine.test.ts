import { expect, test } from 'vitest'
import { drainQueue } from '../../infra/local/event-source.ts'
import { eventSourceOf } from '../../infra/local/functions.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import { retryTask } from '../../lib/queue/control.ts'
import { userUpdate } from '../../lib/tasks/user-update.ts'
import { watch } from '../checker/watch.ts'
import { newFrozenClock } from '../support/clock.ts'
import { controlOf } from '../support/control.ts'
import { effectsOf, later, queueTask } from '../support/host-tasks.ts'
import { sharedServers } from '../support/servers.ts'
import { askForAccount } from '../support/story.ts'
import { sendRaw } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

async function ask(world: TestWorld, username: string): Promise<string> {
  const { status, body } = await askForAccount(world, { username })
  expect(status).toBe(201)
  world.clock.advance(1)
  return body.task_id
}

async function statusOf(world: TestWorld, id: string) {
  return (await world.database.tasks.find(id))?.status
}

test('a task that always fails is parked after three tries, twenty behind it are done, and only its own resource waits (FI-27)', async () => {
  const world = await newTestWorld({ settings: { RETRY_SECONDS: '600' } })
  const run = watch(world)
  const poison = await ask(world, 'robin')
  const text = 'Type or value exists'
  const fault = { fault: 'refuse_text', command: 'user create', value: text, times: 1 }
  await world.setHostFaults([fault])
  await world.runWorkers()
  const behind = await queueTask(world, userUpdate, { username: 'robin', display_name: 'R. Ash' })
  const names = Array.from({ length: 20 }, (_, at) => `good${at}`)
  const good: string[] = []
  for (const name of names) good.push(await ask(world, name))
  await world.runWorkers()
  for (const id of good) expect(await statusOf(world, id)).toBe('finished')
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await world.setHostFaults([fault])
    await later(world)
  }
  expect(await statusOf(world, poison)).toBe('parked')
  expect(await statusOf(world, behind)).toBe('pending')
  const { blocked } = await world.database.tasks.laneState('host')
  expect(blocked).toEqual([{ resource: 'account:robin', waiting: 1 }])
  await retryTask(await controlOf(world), poison)
  await later(world)
  expect(await statusOf(world, poison)).toBe('finished')
  expect(await statusOf(world, behind)).toBe('finished')
  expect(await run.verdict()).toEqual([])
}, 60_000)

test('a worker leaves alone what a newer version stored, and answers its doorbell all the same (FI-31)', async () => {
  const world = await newTestWorld()
  const run = watch(world)
  const newer = await ask(world, 'robin')
  const queue = world.db.collection<{ _id: string }>('tasks_queue')
  await queue.updateOne({ _id: newer }, { $set: { version: 2 } })
  await world.wake('host')
  expect(await statusOf(world, newer)).toBe('pending')
  expect(await effectsOf(world, 'robin')).toEqual([])
  const known = await ask(world, 'kim')
  await sendRaw(world, 'host', JSON.stringify({ v: 2, task: newer, lane: 'host' }))
  await world.runWorkers()
  expect(await statusOf(world, known)).toBe('finished')
  // The deployment is over: a worker that knows the newer version takes it up.
  await queue.updateOne({ _id: newer }, { $set: { version: 1 } })
  await later(world)
  expect(await statusOf(world, newer)).toBe('finished')
  expect(await run.verdict()).toEqual([])
})

test('workers whose clocks are five minutes apart run each task once, and the links they make are good (FI-32)', async () => {
  const world = await newTestWorld()
  const run = watch(world)
  const names = ['robin', 'kim', 'sandy', 'tony']
  const ids: string[] = []
  for (const name of names) ids.push(await ask(world, name))
  await world.host()
  const skewed = await Promise.all([workersAt(world, -5), workersAt(world, 5)])
  for (const lane of ['host', 'post', 'post'] as const) {
    await Promise.all(skewed.map((wake) => wake(lane)))
  }
  await later(world)
  for (const id of ids) expect(await statusOf(world, id)).toBe('finished')
  const mails = await world.mails()
  expect(mails).toHaveLength(names.length)
  for (const { text } of mails) {
    const path = /https:\/\/[^/]+(\/password_reset\?token=[\w-]+)/.exec(text)?.[1] ?? ''
    expect((await world.call('GET', path)).status).toBe(200)
  }
  expect(await run.verdict()).toEqual([])
})

/** Wakes workers whose clock differs from the world's by so many minutes. */
async function workersAt(world: TestWorld, minutes: number) {
  const { client } = (await sharedServers()).queues
  const { environment, queueUrls } = world.installation
  const clock = await newFrozenClock(new Date(world.clock.now().getTime() + minutes * 60_000))
  const skewed = newWorld(environment, { clock, log: world.log })
  const onFailure = (error: unknown) =>
    world.log.error('worker_threw', { errorText: String(error) })
  return (lane: 'host' | 'post') =>
    drainQueue(eventSourceOf({ world: skewed, client, queueUrls, onFailure }, lane))
}
