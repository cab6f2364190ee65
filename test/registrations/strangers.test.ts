/** What a stranger's registration can do to the owner of an address or a name (T08, T21, T32). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { skipTask } from '../../lib/queue/control.ts'
import { hostTasks, postTasks } from '../../lib/tasks/index.ts'
import { controlOf } from '../support/control.ts'
import { later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, hours, mailedKey, pick, submit } from './people.ts'

const robin = 'robin@mail.example'

const managerOf = async (world: TestWorld) => callWith(world, await mailedKey(world, managers[0]))

async function confirm(world: TestWorld) {
  const key = await mailedKey(world, robin)
  expect((await atDesk(world, key)({ action: 'confirm' })).status).toBe(200)
  return key
}

test('who asked with the address of another gets no password once its owner has opened the link', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const stranger = await approved(world, { email: robin })
  const renew = { action: 'new_password' }
  const owner = await confirm(world)
  await callWith(world, owner)('PATCH', pick('robin'))
  expect((await atDesk(world, stranger)(renew)).status).toBe(422)
  await world.runWorkers()
  expect((await atDesk(world, stranger)(renew)).status).toBe(422)
  expect((await callWith(world, stranger)('GET')).body.can_renew_password).toBe(false)
  expect((await callWith(world, owner)('GET')).body.can_renew_password).toBe(true)
  const { status, body } = await atDesk(world, owner)(renew)
  expect([status, body.password]).toEqual([200, expect.any(String)])
})

test.each([
  [
    'rejected',
    async (world: TestWorld) => (await managerOf(world))('PUT', { body: { status: 'rejected' } }),
  ],
  ['expired', async (world: TestWorld) => world.clock.advance(hours(48))],
] as const)(
  'that a stranger was %s is not held against the owner of the address',
  async (_, end) => {
    const world = await newTestWorld()
    await submit(world, { email: robin })
    await world.runWorkers()
    await end(world)
    await world.sweep()
    await submit(world, { email: robin })
    await world.runWorkers()
    expect((await (await managerOf(world))('GET')).body.history).toEqual([])
  },
)

test("a name that Matrix has is nobody else's here, after its registration is over and where the host gave up", async () => {
  const world = await newTestWorld()
  const refusal = { fault: 'refuse_text', command: 'user create', value: 'Type or value exists' }
  await world.setHostFaults([refusal])
  const key = await approved(world, { email: robin })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  world.clock.advance(hours(1))
  for (let round = 0; round < 3; round += 1) await later(world)
  const stuck = { action: 'user_create', status: 'parked' }
  const task = await world.db.collection('tasks_queue').findOne(stuck)
  await world.setHostFaults([])
  await skipTask(await controlOf(world), { ...hostTasks, ...postTasks }, String(task?._id))
  await later(world)
  const given = await callWith(world, key)('GET')
  expect(given.body).toMatchObject({ matrix_status: 'success', account_status: 'failed' })
  const wish = {
    username: 'robin',
    display_name: 'Other Person',
    recovery_email: 'other@mail.example',
  }
  expect((await askForAccount(world, wish)).status).toBe(432)
  world.clock.advance(hours(48))
  await world.sweep()
  expect((await callWith(world, key)('GET')).status).toBe(401)
  expect((await askForAccount(world, wish)).status).toBe(432)
}, 60_000)

test('nor is one that only Matrix has', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'matrix' } })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  world.clock.advance(hours(48))
  await world.sweep()
  const wish = {
    username: 'robin',
    display_name: 'Other Person',
    recovery_email: 'other@mail.example',
  }
  expect((await askForAccount(world, wish)).status).toBe(432)
})

test('by one link whoever asked gets ten questions and new decisions an hour', async () => {
  const world = await newTestWorld()
  await submit(world, { email: robin })
  await world.runWorkers()
  const desk = atDesk(world, await mailedKey(world, managers[0]))
  const statuses: number[] = []
  for (let time = 0; time < 11; time += 1) {
    statuses.push((await desk({ action: 'ask', text: 'Who are you?' })).status)
  }
  expect(statuses).toEqual([...Array(10).fill(200), 429])
  expect((await desk({ action: 'note', text: 'Odd.' })).status).toBe(200)
  world.clock.advance(hours(1))
  expect((await desk({ action: 'ask', text: 'Who are you?' })).status).toBe(200)
})
