import { expect, test } from 'vitest'
import { stepsOf, timesBegun } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newDeliveries } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'

test('a command that takes longer than one call is attached to, and runs once', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 2.5, times: 1 }])
  const { body } = await askForAccount(world, { username: 'robin' })
  const worker = await newDeliveries(world, 'host')
  // One second is left for each wait.
  expect(await worker.wake({ getRemainingTimeInMillis: () => 21_000 })).toEqual([])
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ status: 'finished' })
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  expect(await stepsOf(world, body.task_id)).toEqual([1])
})

test('a command that outlives its worker is attached to by the next one, and runs once (FI-15)', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 4, times: 1 }])
  const { body } = await askForAccount(world, { username: 'robin' })
  const worker = await newDeliveries(world, 'host')
  // One second for each wait at first, then too little to go on, then a fresh worker.
  let secondsLeft = 21
  const waking = worker.wake({ getRemainingTimeInMillis: () => secondsLeft * 1000 })
  const begun = () => timesBegun(world, 'user', 'create')
  await expect.poll(begun, { timeout: 20_000, interval: 20 }).toBe(1)
  secondsLeft = 19
  const rings = async () => (await world.database.tasks.find(body.task_id))?.ring
  await expect.poll(rings, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0)
  secondsLeft = 100
  expect(await waking).toEqual([])
  await world.runWorkers()
  const task = await world.database.tasks.find(body.task_id)
  expect(task).toMatchObject({ status: 'finished', attempts: 0 })
  expect(task?.fence).toBeGreaterThan(1)
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  expect(await world.mails()).toHaveLength(1)
})
