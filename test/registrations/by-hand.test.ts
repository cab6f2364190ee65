/** An account that cannot be made waits for staff, who have it tried again or give it up (FI-27). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { retryTask, skipTask } from '../../lib/queue/control.ts'
import { hostTasks, postTasks } from '../../lib/tasks/index.ts'
import { controlOf } from '../support/control.ts'
import { later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, hours, matrixOf, pick } from './people.ts'

const robin = 'robin@mail.example'
const tasks = { ...hostTasks, ...postTasks }

const unread = { fault: 'read_garbage', command: 'user group info' }
const odd = { fault: 'refuse_text', command: 'user create', value: 'Type or value exists' }

/** Each place where it can get stuck: what is in the way, and what is told of the two targets then. */
const places = [
  {
    targets: 'matrix,yunohost',
    action: 'user_check',
    fault: unread,
    told: ['processing', 'failed'],
  },
  { targets: 'matrix,yunohost', action: 'matrix_register', told: ['failed', 'pending'] },
  { targets: 'matrix,yunohost', action: 'user_create', fault: odd, told: ['success', 'failed'] },
  { targets: 'yunohost', action: 'user_create', fault: odd, told: ['failed', 'failed'] },
  { targets: 'matrix', action: 'matrix_register', told: ['failed', null] },
] as const
type Place = (typeof places)[number]

async function getStuck({ targets, action, ...place }: Place) {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
  const matrix = await matrixOf(world)
  const key = await approved(world, { email: robin })
  const call = callWith(world, key)
  const { password } = (await call('PATCH', pick('robin'))).body
  if ('fault' in place) await world.setHostFaults([place.fault])
  else matrix.setFault({ kind: 'broken' })
  await world.runWorkers()
  world.clock.advance(hours(1))
  for (let round = 0; round < 3; round += 1) await later(world)
  const task = await world.db.collection('tasks_queue').findOne({ action, status: 'parked' })
  const release = async () => {
    await world.setHostFaults([])
    matrix.setFault(undefined)
  }
  return { world, matrix, key, call, password, id: String(task?._id), release }
}

async function statusesOf(call: ReturnType<typeof callWith>) {
  const { matrix_status, account_status } = (await call('GET')).body
  return [matrix_status, account_status]
}

async function mailsTo(world: TestWorld, address: string, subject: RegExp) {
  const mails = await world.mails()
  return mails.filter((mail) => mail.to.includes(address) && subject.test(mail.subject)).length
}

test.each(places)(
  'with the targets $targets a $action that is stuck is told once, and done when staff have it tried again',
  async (place) => {
    const { world, matrix, call, password, id, release } = await getStuck(place)
    expect(await statusesOf(call)).toEqual(place.told)
    const told = { can_renew_password: place.action === 'user_check', given_up: false }
    expect((await call('GET')).body).toMatchObject(told)
    expect(await mailsTo(world, robin, /takes longer/)).toBe(1)
    for (const one of managers) expect(await mailsTo(world, one, /could not be made/)).toBe(1)
    await release()
    await retryTask(await controlOf(world), id)
    await later(world)
    for (const status of await statusesOf(call)) expect([null, 'success']).toContain(status)
    const isOnMatrix = place.targets.includes('matrix')
    expect(matrix.accounts.find('robin')?.password).toBe(isOnMatrix ? password : undefined)
    const onHost = (await world.hostUsers()).map(({ username }) => username)
    expect(onHost).toEqual(place.targets.includes('yunohost') ? ['robin'] : [])
    expect(await mailsTo(world, robin, /takes longer/)).toBe(1)
    expect(await mailsTo(world, robin, /is ready/)).toBe(1)
  },
)

test.each([places[0], places[1]])(
  'a $action that the sweeper tries again by itself is told to staff once, and again after a try of theirs',
  async (place) => {
    const { world, id } = await getStuck(place)
    const timesTold = () => [
      JSON.stringify(world.chat()).split('A task needs you').length - 1,
      world.log.lines.filter(({ event }) => event === 'staff_wanted').length,
    ]
    for (let hour = 0; hour < 3; hour += 1) {
      world.clock.advance(hours(1.1))
      for (let round = 0; round < 4; round += 1) await later(world)
      expect((await world.database.tasks.find(id))?.status).toBe('parked')
    }
    const retried = world.log.lines.filter(({ event }) => event === 'registration_retried')
    expect([retried.length, ...timesTold()]).toEqual([3, 1, 1])
    await retryTask(await controlOf(world), id)
    for (let round = 0; round < 3; round += 1) await later(world)
    expect(timesTold()).toEqual([2, 2])
  },
)

test.each(places)(
  'with the targets $targets a $action that staff give up ends all of it, and a name that nobody can have is for others',
  async (place) => {
    const { world, key, call, id, release } = await getStuck(place)
    await release()
    await skipTask(await controlOf(world), tasks, id)
    await later(world)
    const isOnMatrix = place.told[0] === 'success'
    const left = place.targets === 'matrix' ? null : 'failed'
    expect(await statusesOf(call)).toEqual([isOnMatrix ? 'success' : 'failed', left])
    expect(await world.hostUsers()).toEqual([])
    expect((await call('GET')).body).toMatchObject({ can_renew_password: false, given_up: true })
    expect((await call('PATCH', pick('sandy'))).status).toBe(422)
    expect(await mailsTo(world, robin, /^Your account could not be made/)).toBe(1)
    for (const one of managers) expect(await mailsTo(world, one, /given up/)).toBe(1)
    expect((await atDesk(world, key)({ action: 'new_password' })).status).toBe(422)
    // What is given up is nobody's any more, but for a name that Matrix has, or may have without having said so.
    const isKept = isOnMatrix || place.action === 'matrix_register'
    const next = callWith(world, await approved(world, { email: robin }))
    const picked = await next('PATCH', pick('robin'))
    expect(picked.status).toBe(isKept ? 422 : 200)
    expect((await call('DELETE')).status).toBe(isOnMatrix ? 422 : 204)
    expect(await world.database.accounts.find('robin')).toMatchObject({ usedOnHost: isKept })
    if (isKept) return
    // Nor does its key change anything of the next holder of the name.
    expect((await atDesk(world, key)({ action: 'new_password' })).status).toBe(401)
    await later(world)
    expect((await next('GET')).body).toMatchObject({ username: 'robin', matrix_status: 'success' })
    const login = { username: 'robin', password: picked.body.password }
    expect((await world.call('POST', '/login', { body: login })).status).toBe(200)
  },
)

test('a matrix_register that staff give up before its first try leaves the name to others', async () => {
  const world = await newTestWorld()
  await callWith(world, await approved(world))('PATCH', pick('robin'))
  await world.wake('host')
  const task = await world.db.collection('tasks_queue').findOne({ action: 'matrix_register' })
  await skipTask(await controlOf(world), tasks, String(task?._id))
  await world.runWorkers()
  expect((await matrixOf(world)).names()).toEqual([])
  const next = callWith(world, await approved(world))
  expect((await next('PATCH', pick('robin'))).status).toBe(200)
})

test('a name that Matrix registered without saying so is given to nobody else', async () => {
  const { world, matrix, password, id, release } = await getStuck(places[1])
  matrix.accounts.add({ localpart: 'robin', password, displayName: 'robin', isAdmin: false })
  await release()
  await skipTask(await controlOf(world), tasks, id)
  await world.runWorkers()
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
})
