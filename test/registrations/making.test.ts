/** What one registration can cost the others (T25). */
import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, matrixOf, pick } from './people.ts'

test('ten passwords an hour are enough, and the host hears of no more', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world)
  const renew = () => atDesk(world, key)({ action: 'new_password' })
  expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(200)
  await world.runWorkers()
  for (let time = 0; time < 9; time += 1) expect((await renew()).status).toBe(200)
  const refused = await renew()
  expect([refused.status, refused.body.password]).toEqual([429, undefined])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  const changes = { action: 'user_password' }
  expect(await world.db.collection('tasks_queue').countDocuments(changes)).toBe(9)
  world.clock.advance(3_600_000)
  expect((await renew()).status).toBe(200)
}, 60_000)

test('nor can one try which names Matrix has as often as it likes', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'matrix' } })
  const { accounts } = await matrixOf(world)
  for (const localpart of ['robin', 'robina']) {
    accounts.add({ localpart, password: 'x', displayName: 'R', isAdmin: false })
  }
  const key = await approved(world)
  const tries: number[] = []
  for (let time = 0; time < 11; time += 1) {
    const username = time % 2 ? 'robin' : 'robina'
    tries.push((await callWith(world, key)('PATCH', pick(username))).status)
    await world.runWorkers()
  }
  expect(tries).toEqual([...Array(10).fill(200), 429])
}, 60_000)
