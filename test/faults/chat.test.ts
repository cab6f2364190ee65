import { expect, test } from 'vitest'
import { DeliveryError } from '../../lib/queue/delivery.ts'
import { deliveryHours } from '../../lib/queue/policy.ts'
import { watch } from '../checker/watch.ts'
import { later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'
import { ask, expectDoneOnce, newRunningWorld, untilDrained, untilLogged } from './running.ts'

test('a chat that asks for patience is left alone for as long as it says, and nothing else waits (FI-25)', async () => {
  const world = await newRunningWorld()
  world.setChatFault({ kind: 'rate_limited', retryAfterSeconds: 4 })
  const robin = await ask(world, 'robin')
  await untilLogged(world, 'task_later', { lane: 'post' })
  const began = performance.now()
  world.setChatFault(undefined)
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
  await expect.poll(() => world.mails(), { timeout: 10_000 }).toHaveLength(1)
  expect(world.chat()).toEqual([])
  await untilDrained(world)
  expect((performance.now() - began) / 1000).toBeGreaterThan(2)
  await expectDoneOnce(world, { robin })
}, 60_000)

test.each([
  ['answers 500', { kind: 'broken' }],
  ['never answers', { kind: 'silent' }],
] as const)(
  'a chat that %s is tried again, and the account is there meanwhile (FI-25)',
  async (_, fault) => {
    const world = await newRunningWorld()
    world.setChatFault(fault)
    const robin = await ask(world, 'robin')
    await untilLogged(world, 'task_later', { times: 2, lane: 'post' })
    expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
    await expect.poll(() => world.mails(), { timeout: 10_000 }).toHaveLength(1)
    world.setChatFault(undefined)
    await untilDrained(world)
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

test('with a chat that refuses no host task waits, and each message comes once when it is back (FI-25)', async () => {
  const world = await newRunningWorld({ lines: ['discord'] })
  await world.line('discord').set({ kind: 'refuse' })
  const tasks = { robin: await ask(world, 'robin'), sandy: await ask(world, 'sandy') }
  await untilLogged(world, 'task_finished', { times: 2, lane: 'host' })
  await untilLogged(world, 'task_later', { times: 2, lane: 'post' })
  await world.line('discord').set({ kind: 'pass' })
  await untilDrained(world)
  await expectDoneOnce(world, tasks)
}, 60_000)

test('a message that no chat takes for a day is dropped and logged, and the account stays (FI-25)', async () => {
  const chat = {
    post: () => Promise.reject(new DeliveryError('transient', 'The chat answered 500')),
  }
  const world = await newTestWorld({ isFast: true, overrides: { chat } })
  const run = watch(world)
  const asked = await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  world.clock.advance((deliveryHours + 1) * 3_600_000)
  await later(world)
  await later(world)
  const dropped = world.log.lines.filter(
    ({ event, fields }) => event === 'task_failed' && fields.action === 'tell_staff',
  )
  expect(dropped).toMatchObject([{ fields: { reason: 'The chat answered 500' } }])
  run.expectFailed(String(dropped[0]?.fields.taskId))
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  expect(await world.database.tasks.find(asked.body.task_id)).toMatchObject({ status: 'finished' })
  expect(await run.verdict()).toEqual([])
}, 60_000)
