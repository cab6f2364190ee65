/** A link decides only as long as whoever got it is a manager (T19). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { newTestWorld } from '../support/world.ts'
import { atDesk, callWith, mailedKey, submit } from './people.ts'

const [ada, ben] = managers

test('who is no manager any more can neither read nor decide, and the others can', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  await world.runWorkers()
  const [former, other] = [await mailedKey(world, ada), await mailedKey(world, ben)]
  expect((await callWith(world, former)('GET')).status).toBe(200)
  Object.assign(world.installation.environment, { MANAGERS: ben })
  world.world.opened.clear()
  const form = { ...former, action: 'approve' }
  expect((await callWith(world, former)('GET')).status).toBe(401)
  expect((await callWith(world, former)('PUT', { body: { status: 'approved' } })).status).toBe(401)
  expect((await atDesk(world, former)({ action: 'claim' })).status).toBe(401)
  expect((await world.call('POST', '/registrations/decide', { form })).status).toBe(404)
  expect((await world.database.registrations.find(rid))?.status).toBe('pending')
  expect((await callWith(world, other)('PUT', { body: { status: 'approved' } })).status).toBe(200)
})
