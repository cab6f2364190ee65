/** What happens to a registration while its tasks run, and when they cannot (T26, T27, FI-30). */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import type { Lookup, Milestone } from '../../lib/ports.ts'
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

/** Does something once, when a worker comes to a milestone of a task of this action that it has tried so often before. */
function during(
  world: TestWorld,
  [action, milestone, attempts]: readonly [string, Milestone, number],
  work: () => Promise<unknown>,
): void {
  let isDone = false
  const reached = async (one: Milestone) => {
    if (one !== milestone || isDone) return
    const task = await world.db.collection('tasks_queue').findOne({ action, status: 'running' })
    if (task?.['attempts'] !== attempts) return
    isDone = true
    await work()
  }
  Object.assign(world.world.overrides, { milestones: { reached } })
}

const unread = { fault: 'read_garbage', command: 'user group info' }

async function picked(world: TestWorld, username: string): Promise<Key> {
  const key = await approved(world)
  expect((await callWith(world, key)('PATCH', pick(username))).status).toBe(200)
  return key
}

test.each([
  ['matrix,yunohost', 'user_check'],
  ['yunohost', 'user_create'],
  ['matrix', 'matrix_register'],
])(
  'with the targets %s what is withdrawn while a worker has its %s is made nowhere',
  async (targets, action) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
    const key = await picked(world, 'robin')
    const statuses: number[] = []
    during(world, [action, 'afterClaim', 0], async () => {
      statuses.push((await callWith(world, key)('DELETE')).status)
    })
    await world.runWorkers()
    expect(statuses).toEqual([204])
    expect(await world.hostUsers()).toEqual([])
    expect((await matrixOf(world)).names()).toEqual([])
    expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
    expect(await everythingIn(world)).not.toContain('"username":"robin","displayName"')
  },
)

test('a name that is free again while a worker has the task of its last holder is made for the next one', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const second = callWith(world, await approved(world))
  const first = await picked(world, 'robin')
  const passwords: string[] = []
  during(world, ['user_create', 'afterClaim', 0], async () => {
    await callWith(world, first)('DELETE')
    passwords.push((await second('PATCH', pick('robin'))).body.password)
  })
  await world.runWorkers()
  await later(world)
  expect((await second('GET')).body).toMatchObject({ username: 'robin', account_status: 'success' })
  const [password] = passwords
  const login = await world.call('POST', '/login', { body: { username: 'robin', password } })
  expect(login.status).toBe(200)
  const tasks = world.db.collection('logs').find({ action: 'user_create' })
  expect((await tasks.toArray()).map(({ status }) => status).sort()).toEqual([
    'cancelled',
    'finished',
  ])
})

test('a task that nobody waits for any more ends instead of waiting for staff', async () => {
  const world = await newTestWorld()
  const key = await picked(world, 'robin')
  await world.setHostFaults([unread])
  during(world, ['user_check', 'afterReadback', 2], () => callWith(world, key)('DELETE'))
  for (let round = 0; round < 3; round += 1) await later(world)
  const log = await world.db.collection('logs').findOne({ action: 'user_check' })
  expect(log).toMatchObject({ status: 'cancelled', sealed: {} })
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  await world.setHostFaults([])
  await picked(world, 'robin')
  await world.runWorkers()
  expect((await world.hostUsers()).map(({ username }) => username)).toEqual(['robin'])
})

test('while a worker has the task there is no other password', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world)
  const { password } = (await callWith(world, key)('PATCH', pick('robin'))).body
  const statuses: number[] = []
  during(world, ['user_create', 'afterClaim', 0], async () => {
    statuses.push((await atDesk(world, key)({ action: 'new_password' })).status)
  })
  await world.runWorkers()
  expect(statuses).toEqual([422])
  const login = await world.call('POST', '/login', { body: { username: 'robin', password } })
  expect(login.status).toBe(200)
})

/** Does something while keyed hashes are asked for, which is after a credential was checked and before anything is written. */
async function whileHashing(world: TestWorld, work: () => Promise<unknown>): Promise<void> {
  const { lookup } = await openPorts({ lookup: mongoLookup }, world.world)
  const meanwhile = async () => {
    Object.assign(world.world.overrides, { lookup })
    await work()
  }
  const keyOf: Lookup['keyOf'] = async (kind, value) => {
    await meanwhile()
    return lookup.keyOf(kind, value)
  }
  const reseal = async () => {
    await meanwhile()
    return lookup.reseal()
  }
  Object.assign(world.world.overrides, { lookup: { keyOf, reseal } })
}

test("a name that is picked while the registration is withdrawn is nobody's", async () => {
  const world = await newTestWorld()
  const call = callWith(world, await approved(world))
  await whileHashing(world, () => call('DELETE'))
  expect((await call('PATCH', pick('robin'))).status).toBe(401)
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  const made = { action: 'user_check' }
  expect(await world.db.collection('tasks_queue').countDocuments(made)).toBe(0)
})

test('what is withdrawn while it is sealed anew is gone, and that is no failure', async () => {
  const world = await newTestWorld()
  const newKey = () => randomBytes(32).toString('base64url')
  const keys = { old: newKey(), new: newKey() }
  const use = (current: string) => {
    world.installation.setSecret('sealing-keys', JSON.stringify({ current, keys }))
    world.world.opened.clear()
  }
  use('old')
  const key = await submit(world, { message: 'Canary-7' })
  use('new')
  await whileHashing(world, () => callWith(world, key)('DELETE'))
  await world.invoke('workers-reseal', {})
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
})

/** Does something once, between the moment that a sweeper lists registrations and the one that it takes them up. */
function whenListed(
  world: TestWorld,
  name: 'expired' | 'parked',
  work: () => Promise<unknown>,
): void {
  const { database } = world
  const { registrationLists: lists } = database
  const list: typeof lists.parked = async (time, most) => {
    const found = await lists[name](time, most)
    Object.assign(world.world.overrides, { database })
    await work()
    return found
  }
  const listing = { ...database, registrationLists: { ...lists, [name]: list } }
  Object.assign(world.world.overrides, { database: listing })
}

test('of two sweepers at once one tidies up, and neither minds the other', async () => {
  const world = await newTestWorld()
  await submit(world, { email: 'late@mail.example' })
  await world.runWorkers()
  const mailed = await mailedKey(world, 'late@mail.example')
  await atDesk(world, mailed)({ action: 'confirm' })
  world.clock.advance(hours(48))
  whenListed(world, 'expired', () => world.sweep())
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('registration_traces').countDocuments()).toBe(1)
})

test('what waits for staff once more since a sweeper listed it waits for its hour', async () => {
  const world = await newTestWorld()
  const key = await picked(world, 'robin')
  await world.setHostFaults([unread])
  const getStuck = async () => {
    for (let round = 0; round < 4; round += 1) await later(world)
  }
  await getStuck()
  const parkedAt = async () => (await world.database.registrations.find(key.rid))?.parkedAt
  expect(await parkedAt()).toEqual(world.clock.now())
  world.clock.advance(hours(1))
  whenListed(world, 'parked', async () => {
    await world.sweep()
    await getStuck()
  })
  await world.sweep()
  expect(await parkedAt()).toEqual(world.clock.now())
  const retried = world.log.lines.filter(({ event }) => event === 'registration_retried')
  expect(retried).toHaveLength(1)
})

test('what waits for staff is taken up by nobody who finds it withdrawn', async () => {
  const world = await newTestWorld()
  const key = await picked(world, 'robin')
  await world.setHostFaults([unread])
  for (let round = 0; round < 3; round += 1) await later(world)
  world.clock.advance(hours(1))
  whenListed(world, 'parked', () => callWith(world, key)('DELETE'))
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('tasks_queue').countDocuments({ lane: 'host' })).toBe(0)
})
