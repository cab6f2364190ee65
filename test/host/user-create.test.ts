import { expect, test } from 'vitest'
import type { TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import { resumeLane, retryTask } from '../../lib/queue/control.ts'
import { controlOf } from '../support/control.ts'
import {
  addForeigner,
  byHand,
  effectsOf,
  later,
  stepsOf,
  timesBegun,
  untilBegun,
} from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newDeliveries } from '../support/workers.ts'
import type { TestWorld } from '../support/world.ts'
import { newTestWorld } from '../support/world.ts'

async function ask(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  expect(asked.status).toBe(201)
  world.clock.advance(1000)
  return asked.body.task_id
}

async function statusOf(world: TestWorld, id: string) {
  const task = await world.database.tasks.find(id)
  return { status: task?.status, error: task?.error, attempts: task?.attempts }
}

function onCreate(fault: string, value?: unknown) {
  return { fault, command: 'user create', times: 1, ...(value === undefined ? {} : { value }) }
}

test('an account that somebody else has on the host is never touched, and its name stays taken', async () => {
  const world = await newTestWorld()
  await addForeigner(world, 'robin')
  const before = await world.hostUsers()
  const id = await ask(world, 'robin')
  await world.runWorkers()
  expect(await statusOf(world, id)).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('already'),
  })
  expect(await world.hostUsers()).toEqual(before)
  expect(await stepsOf(world, id)).toEqual([])
  expect(await world.database.accounts.find('robin')).toMatchObject({
    state: 'failed',
    usedOnHost: true,
  })
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
  expect(JSON.stringify(world.chat())).toContain('An account could not be created')
  expect(await world.mails()).toEqual([])
})

test('an account that appears on the host between the look and the command is not touched either', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'delay', command: 'tools versions', value: 1.5, times: 1 }])
  const id = await ask(world, 'robin')
  const commandBegins = untilBegun(world, 'tools', 'versions')
  const running = world.runWorkers()
  await commandBegins
  await addForeigner(world, 'robin')
  await running
  expect(await statusOf(world, id)).toMatchObject({ status: 'failed' })
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin', fullName: 'Foreign robin' }])
  expect(await effectsOf(world, 'robin')).not.toContain('user_deleted')
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
})

test('an account that is left half made is repaired, wherever the command was killed', async () => {
  const world = await newTestWorld()
  const points = ['start', 'ldap', 'home', 'primary_group', 'all_users', 'permission_sync', 'hooks']
  for (const [at, point] of points.entries()) {
    await world.setHostFaults([onCreate('crash_after', point)])
    const id = await ask(world, `mika${at}`)
    await world.runWorkers()
    // Where nothing was done it is tried again, and that counts.
    if (point === 'start') expect(await statusOf(world, id)).toMatchObject({ attempts: 1 })
    if (point === 'start') await later(world)
    expect(await statusOf(world, id), point).toMatchObject({ status: 'finished' })
  }
  const users = await world.hostUsers()
  expect(users).toHaveLength(points.length)
  for (const user of users) {
    expect(user).toMatchObject({ fullName: 'Robin Ash', permission: ['mail.main'] })
    expect([...user.groups].sort()).toEqual(['all_users', user.username].sort())
  }
  expect(await effectsOf(world, 'mika5')).not.toContain('user_deleted')
  expect(await effectsOf(world, 'mika4')).not.toContain('user_deleted')
  const mails = await world.mails()
  expect(mails.map(({ to }) => to[0]).sort()).toEqual(
    users.map(({ username }) => `${username}@mail.example`).sort(),
  )
}, 60_000)

test('work that is done counts as done, whatever the command said at its end (FI-13)', async () => {
  const world = await newTestWorld()
  const endings = [
    onCreate('traceback_at_release'),
    onCreate('disk_full', 'stdout'),
    onCreate('exit', 1),
    onCreate('no_catalog'),
    onCreate('noise'),
  ]
  for (const [at, fault] of endings.entries()) {
    await world.setHostFaults([fault])
    const id = await ask(world, `mika${at}`)
    await world.runWorkers()
    expect(await statusOf(world, id), fault.fault).toMatchObject({
      status: 'finished',
      attempts: 0,
    })
    const effects = await effectsOf(world, `mika${at}`)
    expect(effects.filter((effect) => effect === 'user_created')).toHaveLength(1)
    expect(await stepsOf(world, id)).toEqual([1])
  }
  expect(await world.mails()).toHaveLength(endings.length)
}, 60_000)

test('work that is not done is repaired, whatever the command said at its end (FI-14, FI-34)', async () => {
  const world = await newTestWorld()
  for (const [at, fault] of [onCreate('lost_update'), onCreate('no_home')].entries()) {
    await world.setHostFaults([fault])
    const id = await ask(world, `mika${at}`)
    await world.runWorkers()
    expect(await statusOf(world, id), fault.fault).toMatchObject({
      status: 'finished',
      attempts: 0,
    })
  }
  const users = await world.hostUsers()
  expect(users.map(({ groups }) => groups.includes('all_users'))).toEqual([true, true])
  expect(await world.mails()).toHaveLength(2)
}, 60_000)

test('a held lock costs time and no attempt, and the next try is a new step (FI-11, FI-12)', async () => {
  const world = await newTestWorld()
  const text = 'There is already a YunoHost operation running. Try again later.'
  await world.setHostFaults([onCreate('refuse_text', text), onCreate('refuse_text', text)])
  const id = await ask(world, 'robin')
  const next = await ask(world, 'sandy')
  await world.runWorkers()
  expect(await statusOf(world, id)).toMatchObject({ status: 'pending', attempts: 0 })
  const waiting = await world.db.collection<TaskDocument>('tasks_queue').findOne({ _id: id })
  const seconds = ((waiting?.notBefore?.getTime() ?? 0) - Date.now()) / 1000
  expect(seconds).toBeGreaterThan(5)
  expect(seconds).toBeLessThan(60)
  await later(world)
  expect(await statusOf(world, id)).toMatchObject({ status: 'finished', attempts: 0 })
  expect(await statusOf(world, next)).toMatchObject({ status: 'finished', attempts: 0 })
  expect(await stepsOf(world, id)).toEqual([1, 2])
  expect(world.chat()).toHaveLength(2)
})

test('a directory that is down closes the lane, counts nothing, and the lane opens again', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'slapd_down', value: 0 }])
  const ids = [await ask(world, 'robin'), await ask(world, 'sandy')]
  const worker = await newDeliveries(world, 'host')
  expect(await worker.wake()).toMatchObject([{ name: 'RingAgain' }])
  expect(await world.database.tasks.secondsClosed('host')).not.toBe(0)
  const reads = await timesBegun(world, 'user', 'info')
  await world.sweep()
  await worker.redeliver()
  await worker.wake()
  // While the lane is closed nobody asks the host.
  expect(await timesBegun(world, 'user', 'info')).toBe(reads)
  await world.setHostFaults([])
  await worker.redeliver()
  await later(world)
  for (const id of ids)
    expect(await statusOf(world, id)).toMatchObject({ status: 'finished', attempts: 0 })
  const waits = { first: 5, longest: 300 }
  expect(await world.database.tasks.closeLane('host', waits)).toMatchObject({ seconds: 5 })
})

test('a command that fails three times in an unknown way is parked, staff are told once, and only its own resource waits', async () => {
  const world = await newTestWorld()
  const text = 'Something quite new'
  await world.setHostFaults([
    { fault: 'refuse_text', command: 'user create', value: text, times: 3 },
  ])
  const poison = await ask(world, 'robin')
  for (const attempts of [1, 2]) {
    await later(world)
    expect(await statusOf(world, poison)).toMatchObject({ status: 'pending', attempts })
  }
  await later(world)
  expect(await statusOf(world, poison)).toMatchObject({ status: 'parked', error: text })
  expect(await timesBegun(world, 'user', 'create', 'robin')).toBe(3)
  expect(await stepsOf(world, poison)).toEqual([1, 2, 3])
  const other = await ask(world, 'sandy')
  await world.runWorkers()
  await later(world)
  expect(await statusOf(world, other)).toMatchObject({ status: 'finished' })
  const notices = world.chat().filter((message) => JSON.stringify(message).includes(text))
  expect(notices).toHaveLength(1)
  await retryTask(await controlOf(world), poison)
  await later(world)
  expect(await statusOf(world, poison)).toMatchObject({ status: 'finished', error: null })
  expect(await world.mails()).toHaveLength(2)
}, 60_000)

test('the waits between three tries of an unknown failure are 10 and 60 seconds', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([{ fault: 'refuse_text', command: 'user create', value: 'Odd' }])
  const id = await ask(world, 'robin')
  for (const wait of [10, 60]) {
    await world.runWorkers()
    const task = await world.db.collection<TaskDocument>('tasks_queue').findOne({ _id: id })
    const seconds = ((task?.notBefore?.getTime() ?? 0) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(wait - 6)
    expect(seconds).toBeLessThanOrEqual(wait)
    await world.skipWaits()
    await world.sweep()
  }
})

test('a host that is broken stops the lane, staff are told once, and resume goes on', async () => {
  const world = await newTestWorld()
  const crash = { at: 'start', text: 'nobody knows', traceback: true }
  await world.setHostFaults([onCreate('raise', crash)])
  const ids = [await ask(world, 'robin'), await ask(world, 'sandy')]
  await world.runWorkers()
  await later(world)
  await later(world)
  expect(await world.database.tasks.laneState('host')).toMatchObject({ paused: true, pending: 2 })
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  expect(world.chat()).toHaveLength(1)
  await resumeLane(await controlOf(world), 'host')
  await later(world)
  for (const id of ids)
    expect(await statusOf(world, id)).toMatchObject({ status: 'finished', attempts: 0 })
})

test('a host of a release that is not supported stops the lane before any command', async () => {
  const world = await newTestWorld({ standin: { version: '11.3.0' } })
  await ask(world, 'robin')
  await world.runWorkers()
  expect(await world.database.tasks.laneState('host')).toMatchObject({ paused: true, pending: 1 })
  expect(await timesBegun(world, 'user', 'create')).toBe(0)
  expect(world.chat()).toHaveLength(1)
})

test("a refusal is told with the host's own words, and frees the name", async () => {
  const world = await newTestWorld()
  const text = "Invalid argument 'fullname'"
  await world.setHostFaults([onCreate('refuse_text', text)])
  const id = await ask(world, 'robin')
  await world.runWorkers()
  expect(await statusOf(world, id)).toMatchObject({ status: 'failed', error: text, attempts: 0 })
  expect(await world.hostUsers()).toEqual([])
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
})

test('a name that the host gives to a system account is refused, and nothing is left', async () => {
  const world = await newTestWorld({ standin: { system_users: ['robin'] } })
  const id = await ask(world, 'robin')
  await world.runWorkers()
  expect(await statusOf(world, id)).toMatchObject({ status: 'failed' })
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  await byHand(world, 'user', 'list')
  expect(await world.hostUsers()).toEqual([])
})
