/** A password that the owner of an account has chosen is not to be replaced by a registration's token (T10). */
import { expect, test } from 'vitest'
import { tokenIn } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, mailedKey, pick } from './people.ts'

const robin = 'robin@mail.example'

test('after a password was chosen by a mailed link there is no new one by the token', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  await approved(world, { email: robin })
  const key = await mailedKey(world, robin)
  await atDesk(world, key)({ action: 'confirm' })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  expect((await callWith(world, key)('GET')).body.can_renew_password).toBe(true)
  await world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  await world.runWorkers()
  const token = tokenIn((await world.mails()).findLast(({ to }) => to.includes(robin)))
  const body = { token, new_password: 'Kastanie-7-Regenbogen' }
  expect((await world.call('POST', '/password_reset', { body })).status).toBe(200)
  expect((await callWith(world, key)('GET')).body.can_renew_password).toBe(false)
  expect((await atDesk(world, key)({ action: 'new_password' })).status).toBe(422)
})
