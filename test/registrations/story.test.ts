import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { addForeigner } from '../support/host-tasks.ts'
import { newTestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, mailedKey, matrixOf, pick, submit } from './people.ts'

const robin = 'robin@mail.example'
const [ada, ben] = managers

test('a stranger becomes a member with an account on Matrix and on the host', async () => {
  const world = await newTestWorld()
  await submit(world, { email: robin, message: 'I bake.' })
  await world.runWorkers()
  const mailed = await mailedKey(world, robin)
  await atDesk(world, mailed)({ action: 'confirm' })
  const manager = await mailedKey(world, ada)
  const decided = await callWith(world, manager)('PUT', {
    body: { status: 'approved', note: 'Welcome to us' },
  })
  expect(decided.body).toMatchObject({
    status: 'approved',
    decided_by: ada,
    address_confirmed: true,
  })
  await world.runWorkers()
  const call = callWith(world, await mailedKey(world, robin))
  expect((await call('GET')).body).toMatchObject({ note: 'Welcome to us', position: null })
  const picked = await call('PATCH', pick('Robin'))
  expect(picked.status, picked.text).toBe(200)
  const { password } = picked.body
  expect(picked.body).toMatchObject({
    username: 'robin',
    matrix_status: 'processing',
    account_status: 'pending',
    status: 'approved',
    can_renew_password: true,
  })
  expect(password).toMatch(/^[\w]{5}(-[\w]{5}){3}$/)
  await world.runWorkers()
  expect((await call('GET')).body).toMatchObject({
    password: null,
    matrix_status: 'success',
    account_status: 'success',
    can_renew_password: false,
  })
  expect((await world.hostUsers()).map(({ username }) => username)).toContain('robin')
  const [onMatrix] = (await matrixOf(world)).accounts.all()
  expect(onMatrix).toMatchObject({ localpart: 'robin', password, isAdmin: false })
  const login = { username: 'robin', password }
  expect((await world.call('POST', '/login', { body: login })).status).toBe(200)
  expect(await world.database.accounts.find('robin')).toMatchObject({
    state: 'active',
    address: robin,
    usedOnHost: true,
  })
  const subjects = (await world.mails()).filter(({ to }) => to.includes(robin))
  expect(subjects.map(({ subject }) => subject)).toEqual([
    'We have received your registration',
    'Your registration was approved: please pick a username',
    'Your account is ready',
  ])
  expect(JSON.stringify(await world.mails())).not.toContain(password)
})

test.each([
  [{ status: 'rejected', note: 'Too early' }, 1, 'Too early'],
  [{ status: 'rejected' }, 1, null],
  [{ status: 'rejected', note: 'A known troll', silent: true }, 0, null],
])('%j sends %i mails, and the asker reads the reason %s', async (body, mails, note) => {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  await world.runWorkers()
  const before = (await world.mails()).filter(({ to }) => to.includes(robin)).length
  const decided = await callWith(world, await mailedKey(world, ada))('PUT', { body })
  expect(decided.status).toBe(200)
  await world.runWorkers()
  const sent = (await world.mails()).filter(({ to }) => to.includes(robin)).slice(before)
  expect(sent).toHaveLength(mails)
  if (note) expect(sent[0]?.text).toContain(note)
  else expect(JSON.stringify(sent)).not.toContain('troll')
  expect((await callWith(world, key)('GET')).body).toMatchObject({ status: 'rejected', note })
  const toBen = (await world.mails()).filter(({ to }) => to.includes(ben))
  expect(toBen.at(-1)?.text).toContain(ada)
})

test('a second decision is refused with whom and when, also by staff', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  await world.runWorkers()
  const [one, other] = [await mailedKey(world, ada), await mailedKey(world, ben)]
  const { body } = await callWith(world, one)('PUT', { body: { status: 'approved' } })
  const second = await callWith(world, other)('PUT', { body: { status: 'rejected' } })
  expect(second.status).toBe(422)
  expect(second.body.detail).toContain(ada)
  expect(second.body.detail).toContain(body.decided_at)
  const token = await world.as('staff')
  const put = { token, body: { status: 'approved' } }
  expect((await world.call('PUT', `/registrations/${rid}`, put)).status).toBe(422)
})

test('each route is for one role only', async () => {
  const world = await newTestWorld()
  const key = await submit(world)
  await world.runWorkers()
  const [asker, manager] = [callWith(world, key), callWith(world, await mailedKey(world, ada))]
  expect((await asker('PUT', { body: { status: 'approved' } })).status).toBe(403)
  expect((await manager('PATCH', pick('robin'))).status).toBe(403)
  expect((await manager('DELETE')).status).toBe(403)
  const token = await world.as('staff')
  expect((await world.call('DELETE', `/registrations/${key.rid}`, { token })).status).toBe(403)
})

test('withdrawing removes everything personal, and the name and address are free', async () => {
  const world = await newTestWorld()
  const key = await approved(world, { email: robin, message: 'Canary-7' })
  expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(200)
  const gone = await callWith(world, key)('DELETE')
  expect([gone.status, gone.text]).toEqual([204, ''])
  expect((await callWith(world, key)('GET')).status).toBe(401)
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  await world.runWorkers()
  expect(await world.hostUsers()).toEqual([])
  const again = await approved(world, { email: robin })
  expect((await callWith(world, again)('PATCH', pick('robin'))).status).toBe(200)
})

test.each(['matrix,yunohost', 'matrix', 'yunohost'])(
  'what is there on %s cannot be withdrawn any more',
  async (targets) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
    const key = await approved(world)
    await callWith(world, key)('PATCH', pick('robin'))
    await world.runWorkers()
    expect((await callWith(world, key)('DELETE')).status).toBe(422)
    expect((await callWith(world, key)('GET')).status).toBe(200)
  },
)

test.each(['a', '-rf', 'Robin!', 'x'.repeat(21), '..', 'r b', '', '@robin:lantern.example'])(
  'the username %j is 422 and says why',
  async (username) => {
    const world = await newTestWorld()
    const key = await approved(world)
    const answer = await callWith(world, key)('PATCH', pick(username))
    expect(answer.status).toBe(422)
    expect(answer.body.detail[0].loc).toEqual(['body', 'username'])
    expect(await world.db.collection('accounts').countDocuments()).toBe(0)
  },
)

test('a name that is reserved, taken, picked by another one or on the host is 422, and nothing is left', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'taken' })
  await addForeigner(world, 'foreign')
  await world.readHostNames()
  const other = await approved(world)
  expect((await callWith(world, other)('PATCH', pick('picked'))).status).toBe(200)
  const key = await approved(world)
  for (const username of ['admin', 'taken', 'Picked', 'foreign']) {
    const answer = await callWith(world, key)('PATCH', pick(username))
    expect([answer.status, typeof answer.body.detail]).toEqual([422, 'string'])
  }
  expect((await callWith(world, key)('GET')).body).toMatchObject({
    username: '',
    matrix_status: 'pending',
  })
  expect(await world.db.collection('accounts').countDocuments()).toBe(2)
  const token = await world.as('service')
  const body = { username: 'picked', display_name: 'P', recovery_email: 'p@mail.example' }
  expect((await world.call('POST', '/create_user', { token, body })).status).toBe(432)
})

test('a username cannot be picked before approval, after a rejection, or twice', async () => {
  const world = await newTestWorld()
  const key = await submit(world)
  await world.runWorkers()
  expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(422)
  const manager = callWith(world, await mailedKey(world, ada))
  await manager('PUT', { body: { status: 'rejected' } })
  expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(422)
  const good = await approved(world)
  expect((await callWith(world, good)('PATCH', pick('robin'))).status).toBe(200)
  const second = await callWith(world, good)('PATCH', pick('robina'))
  expect([second.status, second.body.password]).toEqual([422, undefined])
})
