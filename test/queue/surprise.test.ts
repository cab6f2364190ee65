import { expect, test } from 'vitest'
import { later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test('an error while the end is written is logged, tried again, and then left to staff', async () => {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'robin' })
  const { database } = world
  const update = () => Promise.reject(new TypeError('x is not a function'))
  const transaction: typeof database.transaction = (work) =>
    database.transaction((records) =>
      work({ ...records, accounts: { ...records.accounts, update } }),
    )
  Object.assign(world.world.overrides, { database: { ...database, transaction } })
  world.log.expectError('task_unexpected_error')
  for (let round = 0; round < 3; round += 1) await later(world)
  expect(await database.tasks.find(body.task_id)).toMatchObject({ status: 'parked' })
})
