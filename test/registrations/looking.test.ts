/** A form that only shows a registration, and a second confirmation, change nothing (T34). */
import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'
import { atDesk, callWith, mailedKey, submit } from './people.ts'

const robin = 'robin@mail.example'

test('looking at a registration leaves no mark on it', async () => {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  await world.runWorkers()
  const mailed = await mailedKey(world, robin)
  await atDesk(world, mailed)({ action: 'confirm' })
  const before = await world.database.registrations.find(key.rid)
  world.clock.advance(1000)
  const { rid, token } = key
  expect((await world.call('POST', '/registrations/status', { form: { rid, token } })).status).toBe(
    200,
  )
  expect((await atDesk(world, mailed)({ action: 'confirm' })).status).toBe(200)
  expect(await world.database.registrations.find(key.rid)).toEqual(before)
  expect((await callWith(world, key)('GET')).body.modified).toBe(before?.modifiedAt.toISOString())
})
