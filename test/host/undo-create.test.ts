import { expect, test } from 'vitest'
import { skipTask } from '../../lib/queue/control.ts'
import { hostTasks } from '../../lib/tasks/index.ts'
import { userCreate } from '../../lib/tasks/user-create.ts'
import { controlOf } from '../support/control.ts'
import {
  addForeigner,
  byHand,
  effectsOf,
  later,
  queueTask,
  untilBegun,
} from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

async function parkHalfMade(world: TestWorld, username: string): Promise<string> {
  await world.setHostFaults([
    { fault: 'crash_after', command: 'user create', value: 'ldap', times: 1 },
    { fault: 'refuse_text', command: 'user delete', value: 'Not today' },
  ])
  const { body } = await askForAccount(world, { username })
  world.clock.advance(1000)
  for (let attempt = 0; attempt < 4; attempt += 1) await later(world)
  expect(await statusOf(world, body.task_id)).toBe('parked')
  return body.task_id
}

async function statusOf(world: TestWorld, id: string) {
  return (await world.database.tasks.find(id))?.status
}

async function statusOfUndoing(world: TestWorld) {
  const task = await world.db.collection('logs').findOne({ action: 'user_undo_create' })
  return task?.['status']
}

test('what is left of a creation that was given up is removed, and then the name is free again', async () => {
  const world = await newTestWorld()
  const id = await parkHalfMade(world, 'robin')
  await skipTask(await controlOf(world), hostTasks, id)
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
  await world.setHostFaults([])
  await later(world)
  expect(await statusOfUndoing(world)).toBe('finished')
  expect(await effectsOf(world, 'robin')).toContain('user_deleted')
  expect(await world.hostUsers()).toEqual([])
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
  await later(world)
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin', fullName: 'Robin Ash' }])
})

test('an account that somebody else made meanwhile is not removed, and its name stays taken', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'refuse_text', command: 'user create', value: 'Odd' }])
  const { body } = await askForAccount(world, { username: 'robin' })
  for (let attempt = 0; attempt < 3; attempt += 1) await later(world)
  await world.setHostFaults([])
  await addForeigner(world, 'robin')
  await skipTask(await controlOf(world), hostTasks, body.task_id)
  await later(world)
  expect(await statusOfUndoing(world)).toBe('failed')
  expect(await world.hostUsers()).toMatchObject([{ fullName: 'Foreign robin' }])
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
})

test.each(['done', 'refused'])(
  'an account that is in use by the time that the undoing is %s keeps its name and what is said of it',
  async (end) => {
    const world = await newTestWorld()
    const id = await parkHalfMade(world, 'robin')
    await skipTask(await controlOf(world), hostTasks, id)
    await world.database.accounts.update('robin', { state: 'active' })
    const before = await world.database.accounts.find('robin')
    await world.setHostFaults([])
    if (end === 'refused') {
      await byHand(world, 'user', 'delete', 'robin', '--purge')
      await addForeigner(world, 'robin')
    }
    await later(world)
    expect(await statusOfUndoing(world)).toBe(end === 'done' ? 'finished' : 'failed')
    expect(before).toMatchObject({ state: 'active', usedOnHost: false })
    expect(await world.database.accounts.find('robin')).toEqual(before)
  },
)

test.each(['given up', 'refused by the host'])(
  'an account that is in use by the time that its creation is %s stays as it is',
  async (end) => {
    const world = await newTestWorld()
    if (end === 'given up') {
      const id = await parkHalfMade(world, 'robin')
      await world.database.accounts.update('robin', { state: 'active' })
      await skipTask(await controlOf(world), hostTasks, id)
    } else {
      await addForeigner(world, 'robin')
      await askForAccount(world, { username: 'robin' })
      await world.database.accounts.update('robin', { state: 'active' })
      await world.runWorkers()
    }
    expect(await world.database.accounts.find('robin')).toMatchObject({
      ...{ state: 'active', usedOnHost: false },
      ...{ failureText: null, address: 'robin@mail.example' },
    })
    expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
    await world.setHostFaults([])
    await later(world)
    expect(JSON.stringify(world.chat())).toContain('An account could not be created')
  },
)

test('an account without an address is made, and no mail is sent', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', state: 'provisioning', address: null })
  const input = { username: 'robin', display_name: 'Robin Ash', domain: 'lantern.example' }
  await queueTask(world, userCreate, input)
  await world.runWorkers()
  expect(await world.database.accounts.find('robin')).toMatchObject({ state: 'active' })
  expect(await world.mails()).toEqual([])
  expect(world.chat()).toHaveLength(1)
})

test('a creation that is given up while the host is at it is undone once the host has ended it', async () => {
  const world = await newTestWorld({ lines: ['host'] })
  await world.host()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 4, times: 1 }])
  const { body } = await askForAccount(world, { username: 'robin' })
  const begun = untilBegun(world, 'user', 'create')
  const running = world.runWorkers()
  await begun
  await world.line('host').set({ kind: 'refuse' })
  await running
  await world.line('host').set({ kind: 'pass' })
  await skipTask(await controlOf(world), hostTasks, body.task_id)
  await later(world)
  // The account came to be behind our back: nobody else may have its name.
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin' }])
  expect(await statusOfUndoing(world)).toBe('failed')
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
})
