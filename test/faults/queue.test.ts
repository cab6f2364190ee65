import { expect, test } from 'vitest'
import {
  ask,
  expectDoneOnce,
  newRunningWorld,
  type RunningWorld,
  timesLogged,
  untilDrained,
} from './running.ts'

/** Seconds that a client waits for the answer to its request. */
async function secondsOf(work: Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work
  return (performance.now() - began) / 1000
}

async function newWorldWithQueues(): Promise<RunningWorld> {
  const world = await newRunningWorld({ lines: ['queues'] })
  await world.as('service')
  return world
}

test.each([
  ['refuses', { kind: 'refuse' }],
  ['takes the message and never answers', { kind: 'black_hole' }],
  ['is cut off while it is sent', { kind: 'reset', afterBytes: 20, direction: 'to_server' }],
] as const)(
  'a queue that %s costs a request no answer and little time, and the sweeper rings later (FI-19)',
  async (_, fault) => {
    const world = await newWorldWithQueues()
    await world.line('queues').set(fault)
    const tasks: Record<string, string> = {}
    const seconds = await secondsOf(
      ask(world, 'robin').then((id) => Object.assign(tasks, { robin: id })),
    )
    expect(seconds).toBeLessThan(8)
    expect(timesLogged(world, 'ring_failed')).toBe(1)
    expect(await world.ledger()).toEqual([])
    await world.line('queues').set({ kind: 'pass' })
    await untilDrained(world)
    // Counted before the sweeper rings: that its own call is answered is not sure at the end of a fault either.
    const done = await world.db.collection('logs').findOne({ action: 'user_create' })
    expect(done?.['ring']).toBeGreaterThan(0)
    await expectDoneOnce(world, tasks)
  },
  60_000,
)

test('a ring that was heard, and whose answer was lost, leaves one effect and one mail (FI-19)', async () => {
  const world = await newWorldWithQueues()
  await world.line('queues').set({ kind: 'reset', afterBytes: 0, direction: 'to_client' })
  const robin = await ask(world, 'robin')
  expect(timesLogged(world, 'ring_failed')).toBeGreaterThan(0)
  await world.line('queues').set({ kind: 'pass' })
  await untilDrained(world)
  await expectDoneOnce(world, { robin })
}, 60_000)

test('one lost answer of the queue is made up for by asking again, as the same ring (FI-19)', async () => {
  const world = await newWorldWithQueues()
  await world.line('queues').set({ kind: 'reset', afterBytes: 0, direction: 'to_client', times: 1 })
  const robin = await ask(world, 'robin')
  await untilDrained(world)
  expect(timesLogged(world, 'ring_failed')).toBe(0)
  await expectDoneOnce(world, { robin })
}, 60_000)

test('a worker that cannot reach the queue goes on with its task, and nothing happens twice (FI-19)', async () => {
  const world = await newWorldWithQueues()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 2, times: 1 }])
  const robin = await ask(world, 'robin')
  const isRunning = async () => (await world.database.tasks.find(robin))?.step === 1
  await expect.poll(isRunning, { timeout: 20_000, interval: 20 }).toBe(true)
  await world.line('queues').set({ kind: 'refuse' })
  await expect.poll(() => timesLogged(world, 'hide_failed'), { timeout: 20_000 }).toBeGreaterThan(0)
  await world.line('queues').set({ kind: 'pass' })
  await untilDrained(world)
  await expectDoneOnce(world, { robin })
}, 60_000)
