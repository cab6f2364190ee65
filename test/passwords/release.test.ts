import { expect, test } from 'vitest'
import { hashToken } from '../../lib/crypto/token.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test('a link whose use went wrong on our side is free again at once', async () => {
  const seal = () => Promise.reject(new Error('no key'))
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const token = tokenIn((await world.mails())[0])
  const broken = await newTestWorld({
    overrides: { database: world.database, sealer: { seal, open: seal, currentKeyId: seal } },
  })
  broken.log.expectError('unexpected_error')
  const body = { token, new_password: 'Kastanie-7-Regenbogen' }
  expect((await broken.call('POST', '/password_reset', { body })).status).toBe(500)
  expect(await world.database.links.hold(hashToken(token), world.clock.now())).toBe(true)
})
