import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { addForeigner, effectsOf, later } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'
import {
  approved,
  atDesk,
  callWith,
  everythingIn,
  hours,
  mailedKey,
  matrixOf,
  pick,
} from './people.ts'

const robin = 'robin@mail.example'

test('a name that Matrix has is given back: nothing is on the host, and another name is picked', async () => {
  const world = await newTestWorld()
  const matrix = await matrixOf(world)
  matrix.accounts.add({ localpart: 'robin', password: 'x', displayName: 'R', isAdmin: false })
  const key = await approved(world)
  const call = callWith(world, key)
  await call('PATCH', pick('robin'))
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    status: 'approved',
    username: '',
    matrix_status: 'pending',
    account_status: 'pending',
    refused_username: 'robin',
  })
  expect(await world.hostUsers()).toEqual([])
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  expect((await call('PATCH', pick('robin'))).status).toBe(422)
  expect((await call('PATCH', pick('robina'))).status).toBe(200)
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({ username: 'robina', matrix_status: 'success' })
  expect(matrix.names()).toEqual(['robin', 'robina'])
})

test('a name that the host has is found before anything is registered on Matrix', async () => {
  const world = await newTestWorld()
  await addForeigner(world, 'robin')
  const key = await approved(world)
  const call = callWith(world, key)
  await call('PATCH', pick('robin'))
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    matrix_status: 'pending',
    refused_username: 'robin',
  })
  expect((await matrixOf(world)).names()).toEqual([])
})

test('a name that Matrix does not take is given back, and a shorter one is picked', async () => {
  const server = `${'long.'.repeat(49)}test`
  const world = await newTestWorld({ settings: { MATRIX_SERVER_NAME: server } })
  const key = await approved(world)
  const call = callWith(world, key)
  await call('PATCH', pick('robin'))
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    username: '',
    refused_username: 'robin',
    matrix_status: 'pending',
  })
  expect(await world.hostUsers()).toEqual([])
  const log = await world.db.collection('logs').findOne({ action: 'matrix_register' })
  expect(log?.['error']).toBe('The Matrix server does not take this username.')
  // In order: no alarm counts it.
  expect(log?.['status']).toBe('cancelled')
  expect((await call('PATCH', pick('ro'))).status).toBe(200)
})

test('what nobody expected of Matrix is logged, and waits for staff after the third time', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  const surprise = () => Promise.reject(new TypeError('x is not a function'))
  Object.assign(world.world.overrides, { matrix: { register: surprise, opens: surprise } })
  world.log.expectError('task_unexpected_error')
  for (let round = 0; round < 3; round += 1) await later(world)
  expect((await callWith(world, key)('GET')).body.matrix_status).toBe('failed')
  expect(await world.db.collection('tasks_queue').countDocuments({ status: 'parked' })).toBe(1)
})

test('with the host alone a taken name is given back too, and matrix_status says what the host says', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  await addForeigner(world, 'robin')
  const key = await approved(world, { email: robin })
  const call = callWith(world, key)
  expect((await call('PATCH', pick('robin'))).body).toMatchObject({ matrix_status: 'processing' })
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({ refused_username: 'robin', username: '' })
  await call('PATCH', pick('robina'))
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    matrix_status: 'success',
    account_status: 'success',
    can_renew_password: true,
  })
  expect((await matrixOf(world)).names()).toEqual([])
  expect(await effectsOf(world, 'robina')).toContain('user_created')
})

test('with Matrix alone nothing is on the host, and the ready mail has the Matrix name', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'matrix' } })
  const key = await approved(world, { email: robin })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  expect((await callWith(world, key)('GET')).body).toMatchObject({
    matrix_status: 'success',
    account_status: null,
  })
  expect(await world.hostUsers()).toEqual([])
  const ready = (await world.mails()).findLast(({ to }) => to.includes(robin))
  expect(ready?.text).toContain('@robin:lantern.example')
  world.clock.advance(hours(48))
  await world.sweep()
  // The name stays taken, and nothing else is known.
  const { displayName, address } = (await world.database.accounts.find('robin')) ?? {}
  expect([displayName, address]).toEqual(['robin', null])
})

test.each([{ kind: 'broken' }, { kind: 'silent' }, { kind: 'rubbish' }] as const)(
  'an account that was made although the answer was %j is found to be ours, and made once',
  async (fault) => {
    const world = await newTestWorld({ isFast: true, settings: { MATRIX_SECONDS: '0.5' } })
    const matrix = await matrixOf(world)
    matrix.setFault(fault)
    const key = await approved(world)
    const call = callWith(world, key)
    const { password } = (await call('PATCH', pick('robin'))).body
    await world.runWorkers()
    expect((await call('GET')).body.matrix_status).toBe('processing')
    // The request had arrived all the same.
    matrix.accounts.add({ localpart: 'robin', password, displayName: 'robin', isAdmin: false })
    matrix.setFault(undefined)
    await later(world)
    expect((await call('GET')).body).toMatchObject({
      matrix_status: 'success',
      account_status: 'success',
    })
    expect(matrix.names()).toEqual(['robin'])
    expect(matrix.accounts.sessions('robin')).toBe(0)
  },
)

test('a name that somebody else took after a try without an answer is not taken for ours', async () => {
  const world = await newTestWorld({ isFast: true })
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'broken' })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  matrix.accounts.add({ localpart: 'robin', password: 'foreign', displayName: 'R', isAdmin: false })
  matrix.setFault(undefined)
  await later(world)
  expect((await callWith(world, key)('GET')).body).toMatchObject({
    matrix_status: 'pending',
    refused_username: 'robin',
  })
  expect(await world.hostUsers()).toEqual([])
})

test('what Matrix asks to wait is waited', async () => {
  const world = await newTestWorld()
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'rate_limited', retryAfterSeconds: 777 })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  const task = await world.db.collection('tasks_queue').findOne({ action: 'matrix_register' })
  const wait = (task?.['notBefore'].getTime() - Date.now()) / 1000
  expect(wait).toBeGreaterThan(700)
})

test('a Matrix server that stays silent has the task parked, told once, tried again each hour, and by hand', async () => {
  const world = await newTestWorld()
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'broken' })
  const key = await approved(world, { email: robin })
  const call = callWith(world, key)
  const { password } = (await call('PATCH', pick('robin'))).body
  await world.runWorkers()
  expect((await call('GET')).body.matrix_status).toBe('processing')
  world.clock.advance(hours(1))
  await later(world)
  expect((await call('GET')).body.matrix_status).toBe('failed')
  const count = async () => (await world.mails()).length
  const before = await count()
  world.clock.advance(hours(1.1))
  await world.sweep()
  await world.sweep()
  await world.runWorkers()
  expect((await call('GET')).body.matrix_status).toBe('failed')
  expect(await count()).toBe(before)
  for (const to of [robin, ...managers]) {
    const failed = (await world.mails()).filter((mail) => mail.to.includes(to))
    expect(failed.filter(({ subject }) => /longer|could not/.test(subject))).toHaveLength(1)
  }
  expect((await call('DELETE')).status).toBe(422)
  world.clock.advance(hours(60))
  expect((await call('GET')).status).toBe(200)
  matrix.setFault(undefined)
  const task = await world.db.collection('tasks_queue').findOne({ action: 'matrix_register' })
  expect(await world.database.tasks.retry(String(task?._id), 'staff')).toBe(true)
  await world.sweep()
  await world.runWorkers()
  expect((await matrixOf(world)).accounts.find('robin')).toMatchObject({ password })
  expect((await world.hostUsers()).map(({ username }) => username)).toEqual(['robin'])
  // What had begun came to its end, and now it is over.
  expect((await call('GET')).status).toBe(401)
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await everythingIn(world)).not.toMatch(/robin@mail/)
})

test('after seven days a parked task is given up, its secret is gone, and the name, which Matrix may have, is kept', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'matrix' } })
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'broken' })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  world.clock.advance(hours(1))
  await later(world)
  expect((await callWith(world, key)('GET')).body.matrix_status).toBe('failed')
  world.clock.advance(hours(24 * 7))
  await world.sweep()
  await world.sweep()
  await world.runWorkers()
  expect(await world.db.collection('tasks_queue').countDocuments({})).toBe(0)
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(432)
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  const text = await everythingIn(world)
  expect(text.match(/ciphertext/g) ?? []).toEqual(text.includes('lookup') ? ['ciphertext'] : [])
})

test('a host that refuses after Matrix has the account is told to staff, and nothing is made twice', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  const call = callWith(world, key)
  await call('PATCH', pick('robin'))
  await world.wake('host')
  await world.wake('post')
  await addForeigner(world, 'robin')
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    matrix_status: 'success',
    account_status: 'failed',
  })
  expect((await matrixOf(world)).names()).toEqual(['robin'])
  expect(JSON.stringify(world.chat())).toContain('could not be created')
  const mails = (await world.mails()).filter(({ to }) => to.includes(managers[0]))
  expect(mails.at(-1)?.subject).toBe('An account was given up')
})

test('until the first sign-in a new password can be made, and then no more', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world)
  const desk = atDesk(world, key)
  expect((await desk({ action: 'new_password' })).status).toBe(422)
  const first = (await callWith(world, key)('PATCH', pick('robin'))).body.password
  const second = (await desk({ action: 'new_password' })).body.password
  await world.runWorkers()
  const third = (await desk({ action: 'new_password' })).body.password
  await world.runWorkers()
  expect(new Set([first, second, third]).size).toBe(3)
  const login = (password: string) =>
    world.call('POST', '/login', { body: { username: 'robin', password } })
  expect((await login(second)).status).toBe(401)
  expect((await login(third)).status).toBe(200)
  expect((await callWith(world, key)('GET')).body.can_renew_password).toBe(false)
  expect((await desk({ action: 'new_password' })).status).toBe(422)
})

test('a new password reaches the host also where the registration is over before', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  await atDesk(world, key)({ action: 'new_password' })
  world.clock.advance(hours(48))
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  const before = (await effectsOf(world, 'robin')).length
  await world.runWorkers()
  expect((await effectsOf(world, 'robin')).length).toBeGreaterThan(before)
})

test('an address is no recovery address before its link was opened, and never that of another account', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  await world.addAccount({ username: 'holder', address: 'held@mail.example' })
  const key = await approved(world, { email: robin })
  await atDesk(world, key)({ action: 'confirm' })
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  expect(await world.database.accounts.find('robin')).toMatchObject({ address: null })
  const mailed = await mailedKey(world, robin)
  expect((await atDesk(world, mailed)({ action: 'confirm' })).status).toBe(200)
  expect(await world.database.accounts.find('robin')).toMatchObject({ address: robin })
  const other = await approved(world, { email: 'held@mail.example' })
  await atDesk(world, await mailedKey(world, 'held@mail.example'))({ action: 'confirm' })
  await callWith(world, other)('PATCH', pick('sandy'))
  await world.runWorkers()
  expect(await world.database.accounts.find('sandy')).toMatchObject({
    address: null,
    state: 'active',
  })
})

test('an address that is given with the name takes the place of the first one', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world, { email: robin })
  const body = { ...pick('robin').body, email: 'new@mail.example' }
  expect((await callWith(world, key)('PATCH', { body })).body.email).toBe('new@mail.example')
  await world.runWorkers()
  const ready = (await world.mails()).findLast(({ subject }) => /ready/.test(subject))
  expect(ready?.to).toEqual(['new@mail.example'])
})
