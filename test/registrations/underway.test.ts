/** What happens to a registration while its tasks run, and when they cannot (T26, T27, FI-30). */
import { expect, test } from 'vitest'
import type { Milestone } from '../../lib/ports.ts'
import { later } from '../support/host-tasks.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, callWith, everythingIn, type Key, matrixOf, pick } from './people.ts'

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
  expect((await tasks.toArray()).map(({ status }) => status).sort()).toEqual(['failed', 'finished'])
})

test('a task that nobody waits for any more ends instead of waiting for staff', async () => {
  const world = await newTestWorld()
  const key = await picked(world, 'robin')
  await world.setHostFaults([unread])
  during(world, ['user_check', 'afterReadback', 2], () => callWith(world, key)('DELETE'))
  for (let round = 0; round < 3; round += 1) await later(world)
  const log = await world.db.collection('logs').findOne({ action: 'user_check' })
  expect(log).toMatchObject({ status: 'failed', sealed: {} })
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  await world.setHostFaults([])
  await picked(world, 'robin')
  await world.runWorkers()
  expect((await world.hostUsers()).map(({ username }) => username)).toEqual(['robin'])
})
