import { expect, test } from 'vitest'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test('a task whose command always meets trouble is parked, and the ones behind it go on', async () => {
  const world = await newTestWorld()
  const poison = await askForAccount(world, { username: 'robin' })
  world.clock.advance(1)
  const good = await askForAccount(world, { username: 'kim' })
  const text = 'Type or value exists'
  await world.setHostFaults([
    { fault: 'refuse_text', command: 'user create', value: text, times: 1 },
  ])
  await world.runWorkers()
  expect(await world.database.tasks.find(good.body.task_id)).toMatchObject({ status: 'finished' })
  for (let round = 0; round < 2; round += 1) {
    await world.setHostFaults([
      { fault: 'refuse_text', command: 'user create', value: text, times: 1 },
    ])
    await world.skipWaits()
    await world.sweep()
    await world.runWorkers()
  }
  expect(await world.database.tasks.find(poison.body.task_id)).toMatchObject({ status: 'parked' })
  expect(JSON.stringify(world.chat())).toContain('A task needs you')
})

test('a task that ends its workers is parked after the tenth, and the one behind it goes on', async () => {
  const world = await newTestWorld()
  const poison = await askForAccount(world, { username: 'robin' })
  world.clock.advance(1)
  const good = await askForAccount(world, { username: 'kim' })
  for (let kill = 0; kill < 10; kill += 1) {
    const held = await world.database.tasks.claim('host', `worker ${kill}`, 1)
    expect(held?.id).toBe(poison.body.task_id)
    await world.skipWaits()
  }
  await world.runWorkers()
  expect(await world.database.tasks.find(poison.body.task_id)).toMatchObject({ status: 'parked' })
  expect(await world.database.tasks.find(good.body.task_id)).toMatchObject({ status: 'finished' })
})

test('a task that its worker leaves on purpose is not counted', async () => {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'robin' })
  for (let round = 0; round < 5; round += 1) {
    const held = await world.database.tasks.claim('host', 'a worker', 30)
    await world.database.tasks.leave({ id: body.task_id, fence: held?.fence ?? 0 })
  }
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 0 })
})

test('a task that is still going on after half an hour is told to staff, once', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin' })
  for (let round = 0; round < 3; round += 1) {
    world.clock.advance(31 * 60_000)
    await world.setHostFaults([
      {
        fault: 'refuse_text',
        command: 'user create',
        value: 'There is already a YunoHost operation running',
        times: 1,
      },
    ])
    await world.skipWaits()
    await world.sweep()
    await world.runWorkers()
  }
  const titles = JSON.stringify(world.chat()).match(/A task takes very long/g)
  expect(titles).toHaveLength(1)
})
