/** 48 hours from its creation a registration is over, whatever was done with it and whoever sweeps (T27, FI-29). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { later } from '../support/host-tasks.ts'
import type { Key } from '../support/registration-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import {
  approved,
  atDesk,
  callWith,
  everythingIn,
  hours,
  mailedKey,
  matrixOf,
  pick,
  submit,
} from './people.ts'

const robin = 'robin@mail.example'

const steps: ReadonlyArray<readonly [string, (world: TestWorld) => Promise<Key>]> = [
  ['asking', (world) => submit(world, { email: robin, message: 'Canary-7' })],
  [
    'a question and its answer',
    async (world) => {
      const key = await submit(world, { email: robin, message: 'Canary-7' })
      await world.runWorkers()
      await atDesk(world, await mailedKey(world, managers[0]))({ action: 'ask', text: 'Canary-7?' })
      await atDesk(world, key)({ action: 'answer', text: 'Canary-7!' })
      return key
    },
  ],
  [
    'a rejection',
    async (world) => {
      const key = await submit(world, { email: robin })
      await world.runWorkers()
      const manager = callWith(world, await mailedKey(world, managers[0]))
      await manager('PUT', { body: { status: 'rejected', note: 'Canary-7' } })
      return key
    },
  ],
  ['an approval', (world) => approved(world, { email: robin })],
  [
    'a picked name',
    async (world) => {
      const key = await approved(world, { email: robin })
      expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(200)
      return key
    },
  ],
]

test.each(steps)('after %s it is gone on read, and nothing of it is made', async (_, reach) => {
  const world = await newTestWorld()
  const key = await reach(world)
  world.clock.advance(hours(48) - 1)
  expect((await callWith(world, key)('GET')).status).toBe(200)
  world.clock.advance(1)
  for (const method of ['GET', 'DELETE']) {
    expect((await callWith(world, key)(method)).status, method).toBe(401)
  }
  expect((await callWith(world, key)('PATCH', pick('sandy'))).status).toBe(401)
  const token = await world.as('staff')
  const put = { token, body: { status: 'approved' } }
  expect((await world.call('PUT', `/registrations/${key.rid}`, put)).status).toBe(404)
  // What waits in the queue finds out by itself.
  await world.runWorkers()
  expect(await world.hostUsers()).toEqual([])
  expect((await matrixOf(world)).names()).toEqual([])
  await world.sweep()
  await later(world)
  expect(await world.hostUsers()).toEqual([])
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('registration_addresses').countDocuments()).toBe(0)
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  expect(await everythingIn(world)).not.toMatch(/robin@mail|Canary-7/)
})

test('with the host alone a queued creation is refused after 48 hours, also without the sweeper (FI-29)', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  world.clock.advance(hours(48))
  await world.runWorkers()
  expect(await world.hostUsers()).toEqual([])
  const log = await world.db.collection('logs').findOne({ action: 'user_create' })
  expect(log).toMatchObject({ status: 'cancelled', error: 'The registration is over.', sealed: {} })
})

test('what was read on the host before the 48 hours is not begun at Matrix after them', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.wake('host')
  world.clock.advance(hours(48))
  await world.runWorkers()
  expect((await matrixOf(world)).names()).toEqual([])
  const log = await world.db.collection('logs').findOne({ action: 'matrix_register' })
  expect(log).toMatchObject({ status: 'cancelled', error: 'The registration is over.', sealed: {} })
  expect(JSON.stringify(await world.mails())).not.toContain('given up')
  await world.sweep()
  expect(await world.database.accounts.find('robin')).toBeUndefined()
})

test('what has begun at a target comes to its end after 48 hours, and then it is gone', async () => {
  const world = await newTestWorld()
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'broken' })
  const key = await approved(world, { email: robin })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  world.clock.advance(hours(48))
  await world.sweep()
  expect((await callWith(world, key)('GET')).body).toMatchObject({ username: 'robin' })
  matrix.setFault(undefined)
  await later(world)
  await later(world)
  expect((await world.hostUsers()).map(({ username }) => username)).toEqual(['robin'])
  expect((await callWith(world, key)('GET')).status).toBe(401)
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.database.accounts.find('robin')).toMatchObject({ state: 'active' })
})

test('a finished registration leaves with everything personal, and the account stays', async () => {
  const world = await newTestWorld()
  const key = await approved(world, { email: robin, message: 'Canary-7' })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  world.clock.advance(hours(48))
  expect((await callWith(world, key)('GET')).status).toBe(401)
  await world.sweep()
  expect(await everythingIn(world)).not.toMatch(/robin@mail|Canary-7/)
  expect(await world.database.accounts.find('robin')).toMatchObject({ state: 'active' })
})

test('a day that begins brings no second digest, which comes 24 hours after the first', async () => {
  const world = await newTestWorld({ now: new Date('2030-01-01T23:59:00Z') })
  const digestsAfter = async (milliseconds: number) => {
    world.clock.advance(milliseconds)
    await world.sweep()
    await world.runWorkers()
    const subjects = (await world.mails()).map(({ subject }) => subject)
    return subjects.filter((subject) => /waiting for a decision/.test(subject)).length
  }
  await submit(world)
  expect(await digestsAfter(hours(24))).toBe(managers.length)
  await submit(world)
  expect(await digestsAfter(hours(1))).toBe(managers.length)
  expect(await digestsAfter(hours(23) - 1)).toBe(managers.length)
  expect(await digestsAfter(1)).toBe(2 * managers.length)
  expect(await digestsAfter(hours(23))).toBe(2 * managers.length)
})

test('managers hear once a day of what waits for longer than a day', async () => {
  const world = await newTestWorld()
  await submit(world)
  await submit(world)
  await world.runWorkers()
  const digests = async () =>
    (await world.mails()).filter(({ subject }) => /waiting for a decision/.test(subject))
  world.clock.advance(hours(24) - 1)
  await world.sweep()
  await world.runWorkers()
  expect(await digests()).toEqual([])
  world.clock.advance(1)
  await world.sweep()
  await world.sweep()
  await world.runWorkers()
  const sent = await digests()
  expect(sent.flatMap(({ to }) => to).sort()).toEqual([...managers].sort())
  expect(sent[0]?.text).toContain('2 registrations')
})
