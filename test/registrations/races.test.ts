/** Two at once, a hundred times: one wins, and the other is told so (T26, FI-30). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import type { CallAnswer } from '../support/call.ts'
import { basic, type Key } from '../support/registration-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, callWith, mailedKeys, pick, submit } from './people.ts'

const rounds = 100

async function submitMany(world: TestWorld, count: number): Promise<readonly Key[]> {
  const keys: Key[] = []
  for (let round = 0; round < count; round += 1) keys.push(await submit(world))
  return keys
}

function statuses(answers: readonly CallAnswer[]): readonly number[] {
  return answers.map(({ status }) => status).sort()
}

test('of two managers who decide at once one wins, and the other is told by whom', async () => {
  const world = await newTestWorld()
  await submitMany(world, rounds)
  await world.runWorkers()
  const [ada, ben] = [await mailedKeys(world, managers[0]), await mailedKeys(world, managers[1])]
  expect(ada).toHaveLength(rounds)
  for (const one of ada) {
    const other = ben.find(({ rid }) => rid === one.rid)
    if (other === undefined) throw new Error('Ben has no link.')
    const answers = await Promise.all([
      callWith(world, one)('PUT', { body: { status: 'approved' } }),
      callWith(world, other)('PUT', { body: { status: 'rejected' } }),
    ])
    expect(statuses(answers)).toEqual([200, 422])
    const winner = answers.findIndex(({ status }) => status === 200)
    expect(answers[1 - winner]?.body.detail).toContain(managers[winner])
    const stored = await world.database.registrations.find(one.rid)
    expect(stored?.status).toBe(['approved', 'rejected'][winner])
  }
}, 120_000)

test('two names picked at once make one account', async () => {
  const world = await newTestWorld()
  for (let round = 0; round < rounds; round += 1) {
    const key = await approvedByStaff(world)
    const answers = await Promise.all([
      callWith(world, key)('PATCH', pick(`ann${round}`)),
      callWith(world, key)('PATCH', pick(`bea${round}`)),
    ])
    expect(statuses(answers)).toEqual([200, 422])
  }
  expect(await world.db.collection('accounts').countDocuments({ state: 'approved' })).toBe(rounds)
  const tasks = { action: 'user_check' }
  expect(await world.db.collection('tasks_queue').countDocuments(tasks)).toBe(rounds)
}, 240_000)

test('of two who pick the same name at once one gets it', async () => {
  const world = await newTestWorld()
  for (let round = 0; round < rounds; round += 1) {
    const keys = [await approvedByStaff(world), await approvedByStaff(world)]
    const answers = await Promise.all(
      keys.map((key) => callWith(world, key)('PATCH', pick(`ann${round}`))),
    )
    expect(statuses(answers)).toEqual([200, 422])
  }
  expect(await world.db.collection('accounts').countDocuments({ state: 'approved' })).toBe(rounds)
}, 120_000)

test('of a withdrawal and a decision at once no registration is left that is half of both', async () => {
  const world = await newTestWorld()
  const token = await world.as('staff')
  for (let round = 0; round < rounds; round += 1) {
    const key = await submit(world, { email: `robin${round}@mail.example` })
    const [gone, decided] = await Promise.all([
      callWith(world, key)('DELETE'),
      world.call('PUT', `/registrations/${key.rid}`, { token, body: { status: 'approved' } }),
    ])
    expect(gone.status).toBe(204)
    expect([200, 404]).toContain(decided.status)
  }
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('registration_addresses').countDocuments()).toBe(0)
}, 120_000)

test('of twenty registrations of one address at once one is open', async () => {
  const world = await newTestWorld()
  const body = { email: 'robin@mail.example' }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      world.call('POST', '/registrations', { body, from: `198.51.100.${at}` }),
    ),
  )
  expect(new Set(statuses(answers))).toEqual(new Set([201]))
  expect(await world.db.collection('registrations').countDocuments({ isShadow: false })).toBe(1)
  expect(await world.db.collection('registration_addresses').countDocuments()).toBe(1)
}, 60_000)

test('after a withdrawal that came before the start nothing is made (FI-30)', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  const [gone] = await Promise.all([callWith(world, key)('DELETE'), world.runWorkers()])
  await world.runWorkers()
  const users = await world.hostUsers()
  if (gone?.status === 204) expect(users).toEqual([])
  else expect(gone?.status).toBe(422)
  expect(basic(key).authorization).toMatch(/^Basic /)
}, 60_000)

async function approvedByStaff(world: TestWorld): Promise<Key> {
  const key = await submit(world)
  const token = await world.as('staff')
  const body = { status: 'approved' }
  const answer = await world.call('PUT', `/registrations/${key.rid}`, { token, body })
  expect(answer.status).toBe(200)
  return key
}
