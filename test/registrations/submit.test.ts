import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { basic } from '../support/registration-key.ts'
import { newTestWorld } from '../support/world.ts'
import { callWith, mailedKey, mailedKeys, submit } from './people.ts'

const robin = 'robin@mail.example'

test('anyone asks without saying who they are, and gets a rid and a token once', async () => {
  const world = await newTestWorld()
  const { answer, ...key } = await submit(world)
  expect(answer.body).toMatchObject({
    username: '',
    email: null,
    password: '',
    rid: expect.stringMatching(/^[\w-]{22}$/),
    token: expect.stringMatching(/^[\w-]{43}$/),
    status: 'pending',
    matrix_status: 'pending',
    position: 0,
  })
  const life = Date.parse(answer.body.expires) - Date.parse(answer.body.created)
  expect(life).toBe(48 * 3_600_000)
  const seen = await callWith(world, key)('GET')
  expect(seen.status).toBe(200)
  expect(seen.body).toEqual({ ...answer.body, password: null, token: null })
})

test('a manager reads what was written by a link of the own, and neither name nor address', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world, {
    email: robin,
    message: 'I bake.\nBread.',
    referral_code: 'abc-1',
  })
  await world.runWorkers()
  const keys = await Promise.all(managers.map((one) => mailedKey(world, one)))
  expect(new Set(keys.map(({ token }) => token)).size).toBe(2)
  for (const key of keys) {
    expect(key.rid).toBe(rid)
    const { status, body } = await callWith(world, key)('GET')
    expect(status).toBe(200)
    expect(body).toMatchObject({ username: null, email: null, password: null, token: null })
    expect(body).toMatchObject({ message: 'I bake.\nBread.', referral_code: 'abc-1', notes: [] })
    expect(JSON.stringify(body)).not.toContain(robin)
  }
  expect(world.chat()).toHaveLength(1)
  expect(JSON.stringify(world.chat())).not.toMatch(/bake|robin|#/)
})

test('the asker gets a mail with a token that is not the one of the answer', async () => {
  const world = await newTestWorld()
  const { rid, token } = await submit(
    world,
    { email: robin },
    { headers: { 'accept-language': 'de' } },
  )
  await world.runWorkers()
  const key = await mailedKey(world, robin)
  expect(key.rid).toBe(rid)
  expect(key.token).not.toBe(token)
  expect((await callWith(world, key)('GET')).body.email).toBe(robin)
  const [mail] = (await world.mails()).filter(({ to }) => to.includes(robin))
  expect(mail?.text).toMatch(/Hallo/)
})

test('staff read a registration by their access token, and hear 404 of one that is not there', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world, { message: 'Hello' })
  const token = await world.as('staff')
  const { status, body } = await world.call('GET', `/registrations/${rid}`, { token })
  expect([status, body.message]).toEqual([200, 'Hello'])
  const none = await world.call('GET', `/registrations/${'x'.repeat(22)}`, { token })
  expect([none.status, none.body]).toEqual([404, { detail: expect.any(String) }])
  const member = await world.as('member')
  expect((await world.call('GET', `/registrations/${rid}`, { token: member })).status).toBe(403)
})

test('nothing personal is in the database in the open', async () => {
  const world = await newTestWorld()
  const message = 'Canary-Message-77'
  const { token } = await submit(world, { email: robin, message, referral_code: 'canary-code' })
  const { answer } = await submit(world, { email: robin.toUpperCase(), message })
  expect(answer.body.status).toBe('pending')
  const everything = async () => {
    const collections = await world.db.collections()
    const all = await Promise.all(collections.map((one) => one.find().toArray()))
    return JSON.stringify(all)
  }
  expect(await everything()).not.toMatch(/robin@|canary/i)
  await world.runWorkers()
  const text = await everything()
  expect(text).not.toMatch(/robin@|canary|rosa|noor/i)
  for (const key of [...(await mailedKeys(world, robin)), { token }]) {
    expect(text).not.toContain(key.token)
  }
})

test('a second registration of an address is answered alike, mailed to its owner, and hidden from staff', async () => {
  const world = await newTestWorld()
  const first = await submit(world, { email: robin, message: 'First' })
  await world.runWorkers()
  const before = await world.mails()
  const second = await submit(world, { email: 'ROBIN@mail.example', message: 'Second' })
  expect(Object.keys(second.answer.body)).toEqual(Object.keys(first.answer.body))
  expect(second.answer.body).toMatchObject({ status: 'pending', matrix_status: 'pending' })
  await world.runWorkers()
  const mails = (await world.mails()).slice(before.length)
  expect(mails.map(({ to }) => to)).toEqual([['ROBIN@mail.example']])
  const key = await mailedKey(world, 'ROBIN@mail.example')
  expect((await callWith(world, key)('GET')).body).toMatchObject({
    rid: first.rid,
    message: 'First',
  })
  expect((await callWith(world, second)('GET')).body.message).toBe('Second')
  const token = await world.as('staff')
  expect((await world.call('GET', `/registrations/${second.rid}/`, { token })).status).toBe(404)
  expect(world.chat()).toHaveLength(1)
})

test('an address is free again once its registration is over, swept or not', async () => {
  const world = await newTestWorld()
  const first = await submit(world, { email: robin })
  await world.runWorkers()
  world.clock.advance(48 * 3_600_000)
  const second = await submit(world, { email: robin })
  await world.runWorkers()
  expect((await mailedKey(world, robin)).rid).toBe(second.rid)
  expect((await callWith(world, first)('GET')).status).toBe(401)
})

test('one address gets three mails an hour, however often it is named', async () => {
  const world = await newTestWorld()
  for (let round = 0; round < 6; round += 1) await submit(world, { email: robin })
  await world.runWorkers()
  expect((await world.mails()).filter(({ to }) => to.includes(robin))).toHaveLength(3)
})

test('a client asks three times an hour', async () => {
  const world = await newTestWorld()
  const ask = () => world.call('POST', '/registrations', { body: {}, from: '203.0.113.9' })
  const answers = [await ask(), await ask(), await ask(), await ask()]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429])
  expect(Number(answers[3]?.headers['retry-after'])).toBeGreaterThan(0)
  expect(answers[3]?.body).toEqual({ detail: expect.any(String) })
  expect(await world.db.collection('registrations').countDocuments()).toBe(3)
})

test('above the cap nobody else is taken, and nothing is left behind', async () => {
  const world = await newTestWorld({ settings: { PENDING_REGISTRATIONS: '2' } })
  await submit(world)
  const { rid, token } = await submit(world)
  const answer = await world.call('POST', '/registrations', { body: {}, from: '203.0.113.9' })
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '3600'])
  expect(await world.db.collection('registrations').countDocuments()).toBe(2)
  expect(rid).not.toBe(token)
})

test('what is decided does not count for the cap', async () => {
  const world = await newTestWorld({ settings: { PENDING_REGISTRATIONS: '2' } })
  const { rid } = await submit(world)
  await submit(world)
  const token = await world.as('staff')
  await world.call('PUT', `/registrations/${rid}`, { token, body: { status: 'rejected' } })
  await submit(world)
  const answer = await world.call('POST', '/registrations', { body: {}, from: '203.0.113.9' })
  expect(answer.status).toBe(429)
  expect(await world.db.collection('registrations').countDocuments()).toBe(3)
})

test.each([
  [{ email: '' }, ['body', 'email']],
  [{ email: 'robin' }, ['body', 'email']],
  [{ email: 7 }, ['body', 'email']],
  [{ email: null }, ['body', 'email']],
  [{ message: 'x'.repeat(2001) }, ['body', 'message']],
  [{ message: 'a\u202eb' }, ['body', 'message']],
  [{ message: '\ud800' }, ['body', 'message']],
  [{ referral_code: 'a b' }, ['body', 'referral_code']],
  [{ status: 'approved' }, ['body']],
  ['[]', ['body']],
  ['{', ['body']],
  [`{"message":"${'x'.repeat(17_000)}"}`, ['body']],
])('%j is 422 and says where', async (body, loc) => {
  const world = await newTestWorld()
  const answer = await world.call('POST', '/registrations/', { body })
  expect(answer.status).toBe(422)
  expect(answer.body).toEqual({
    detail: [{ loc, msg: expect.any(String), type: expect.any(String) }],
  })
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
})

test('an unknown rid, a wrong token and a token of another registration say the same', async () => {
  const world = await newTestWorld()
  const [one, other] = [await submit(world), await submit(world)]
  const path = `/registrations/${one.rid}`
  const wrong = [
    {},
    { authorization: 'Basic' },
    { authorization: 'Basic !!!' },
    { authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
    basic({ rid: 'x'.repeat(22), token: one.token }),
    basic({ rid: one.rid, token: 'y'.repeat(43) }),
    basic({ rid: one.rid, token: other.token }),
    basic({ rid: one.rid, token: '' }),
    { authorization: 'Bearer nonsense' },
  ]
  const answers = await Promise.all(wrong.map((headers) => world.call('GET', path, { headers })))
  for (const answer of answers) {
    expect([answer.status, answer.text]).toEqual([401, answers[0]?.text])
    expect(answer.headers['www-authenticate']).toBe('Basic realm="registration"')
  }
  const foreign = await world.call('GET', path, { headers: basic(other) })
  expect(foreign.status).toBe(403)
})

test('ten wrong tokens in a quarter of an hour are enough, for a rid that is there and for one that is not', async () => {
  const world = await newTestWorld()
  const key = await submit(world)
  const call = (rid: string, token: string) =>
    world.call('GET', `/registrations/${rid}`, { headers: basic({ rid, token }) })
  for (const rid of [key.rid, 'x'.repeat(22)]) {
    const answers = []
    for (let round = 0; round < 11; round += 1) answers.push(await call(rid, 'wrong'))
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429])
  }
  expect((await call(key.rid, key.token)).status).toBe(200)
})

test('a place in the queue is counted to a hundred, however many came before', async () => {
  const world = await newTestWorld()
  const first = await submit(world)
  world.clock.advance(1)
  const registrations = world.db.collection<{ _id: string }>('registrations')
  const model = await registrations.findOne({ _id: first.rid })
  const addBefore = (from: number, until: number) =>
    registrations.insertMany(
      Array.from({ length: until - from }, (_, at) => ({ ...model, _id: `before${from + at}` })),
    )
  await addBefore(1, 99)
  const place = async () => {
    const last = await submit(world)
    await callWith(world, last)('DELETE')
    return last.answer.body.position
  }
  expect(await place()).toBe(99)
  await addBefore(99, 100)
  expect(await place()).toBe(100)
  await addBefore(100, 150)
  expect(await place()).toBe(100)
})
