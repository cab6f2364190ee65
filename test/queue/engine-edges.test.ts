import { expect, test } from 'vitest'
import { HostError } from '../../lib/yunohost/gate.ts'
import { later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { accept, newDeliveries, plainTask, sendRaw } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'

test('a host that does not answer for five minutes is told to staff, once', async () => {
  const ask = () => Promise.reject(new HostError('unreachable', 'The host does not answer'))
  const world = await newTestWorld({ overrides: { host: { ask } } })
  await askForAccount(world, { username: 'robin' })
  const worker = await newDeliveries(world, 'host')
  for (let round = 0; round < 9; round += 1) {
    await worker.wake()
    await worker.redeliver()
    await world.skipWaits()
  }
  await world.runWorkers()
  expect(JSON.stringify(world.chat()).match(/The queue stands still/g)).toHaveLength(1)
})

test('a task of an action that no version knows waits for a newer worker, then for staff', async () => {
  const world = await newTestWorld()
  const task = plainTask({ action: 'from_the_future', timestamp: world.clock.now() })
  await accept(world.database, task)
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: task.id }))
  await world.wake('host')
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'pending' })
  world.clock.advance(16 * 60_000)
  await later(world)
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'parked' })
})

test('a question that is lost on the line costs the task no attempt', async () => {
  const ask = () => Promise.reject(new HostError('lost', 'The line was cut'))
  const world = await newTestWorld({ overrides: { host: { ask } } })
  const { body } = await askForAccount(world, { username: 'robin' })
  await later(world)
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 0 })
})
