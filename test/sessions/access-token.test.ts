import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { changeOperatorAccount, findChangeable } from '../../lib/accounts/operator-account.ts'
import { usualPassword } from '../support/people.ts'
import { samples } from '../support/samples.ts'
import { tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const key = randomBytes(32)
const ring = JSON.stringify({ current: 'k1', keys: { k1: key.toString('base64url') } })
const second = 1000

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

function forge(header: unknown, payload: unknown, secret: Uint8Array | string = key): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** A world whose signing key the test knows, with one session of staff in it. */
async function newForgery() {
  const world = await newTestWorld()
  world.installation.setSecret('signing-keys', ring)
  const createdAt = world.clock.now()
  const session = { id: 's1', username: 'sam', role: 'staff', createdAt } as const
  await world.addAccount({ username: 'sam', role: 'staff' })
  await world.database.sessions.insert({
    ...session,
    expiresAt: new Date(createdAt.getTime() + 900 * second),
  })
  const now = Math.floor(createdAt.getTime() / second)
  const header = { alg: 'HS256', typ: 'at+jwt', kid: 'k1' }
  const claims = {
    iss: 'https://gatehouse.example',
    aud: 'gatehouse',
    sub: 'sam',
    sid: 's1',
    iat: now,
    exp: now + 900,
  }
  return { world, header, claims, now, good: forge(header, claims) }
}

type Forgery = Awaited<ReturnType<typeof newForgery>>
const without = (object: object, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([one]) => one !== name))
const parts = (token: string) => token.split('.')

test('a token made by the table of this file is good, so that its refusals mean something', async () => {
  const { world, good } = await newForgery()
  expect((await create(world, { authorization: `Bearer ${good}` })).status).toBe(201)
  expect((await create(world, { authorization: `bearer  ${good}` })).status).toBe(432)
})

const bearers: ReadonlyArray<readonly [string, (forgery: Forgery) => string]> = [
  ...['none', 'None', 'nOnE', '', 'HS512', 'RS256', 'ES256', 'EdDSA'].map(
    (alg) =>
      [`alg ${alg}`, ({ header, claims }: Forgery) => forge({ ...header, alg }, claims)] as const,
  ),
  [
    'alg none without a signature',
    ({ header, claims }) => `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`,
  ],
  ['no signature', ({ good }) => `${parts(good)[0]}.${parts(good)[1]}.`],
  ['two parts', ({ good }) => `${parts(good)[0]}.${parts(good)[1]}`],
  ['another key', ({ header, claims }) => forge(header, claims, randomBytes(32))],
  ['an empty key', ({ header, claims }) => forge(header, claims, '')],
  [
    'a changed name',
    ({ good, claims }) =>
      `${parts(good)[0]}.${encode({ ...claims, sub: 'ada' })}.${parts(good)[2]}`,
  ],
  ['no typ', ({ header, claims }) => forge(without(header, 'typ'), claims)],
  ['typ JWT', ({ header, claims }) => forge({ ...header, typ: 'JWT' }, claims)],
  ['no kid', ({ header, claims }) => forge(without(header, 'kid'), claims)],
  ...['k2', '../../dev/null', "k1' OR 1=1", '__proto__', ''].map(
    (kid) =>
      [`kid ${kid}`, ({ header, claims }: Forgery) => forge({ ...header, kid }, claims)] as const,
  ),
  ['kid $gt', ({ header, claims }) => forge({ ...header, kid: { $gt: '' } }, claims)],
  [
    'a key of its own',
    ({ header, claims }) =>
      forge({ ...header, jwk: { kty: 'oct', k: key.toString('base64url') } }, claims),
  ],
  ['jku', ({ header, claims }) => forge({ ...header, jku: 'https://evil.example/keys' }, claims)],
  ['x5u', ({ header, claims }) => forge({ ...header, x5u: 'https://evil.example/keys' }, claims)],
  ['crit', ({ header, claims }) => forge({ ...header, crit: ['exp'] }, claims)],
  ['an exp of long ago', ({ header, claims, now }) => forge(header, { ...claims, exp: now - 31 })],
  ['no exp', ({ header, claims }) => forge(header, without(claims, 'exp'))],
  [
    'exp as text',
    ({ header, claims, now }) => forge(header, { ...claims, exp: String(now + 900) }),
  ],
  ['exp 1e20', ({ header, claims }) => forge(header, { ...claims, exp: 1e20 })],
  ['nbf in the future', ({ header, claims, now }) => forge(header, { ...claims, nbf: now + 100 })],
  ['iat in the future', ({ header, claims, now }) => forge(header, { ...claims, iat: now + 100 })],
  ['another aud', ({ header, claims }) => forge(header, { ...claims, aud: 'other' })],
  ['two aud', ({ header, claims }) => forge(header, { ...claims, aud: ['gatehouse', 'other'] })],
  [
    'another iss',
    ({ header, claims }) => forge(header, { ...claims, iss: 'https://evil.example' }),
  ],
  [
    'a sub that is an object',
    ({ header, claims }) => forge(header, { ...claims, sub: { $gt: '' } }),
  ],
  [
    'a sid that is an object',
    ({ header, claims }) => forge(header, { ...claims, sid: { $ne: null } }),
  ],
  ['an unknown session', ({ header, claims }) => forge(header, { ...claims, sid: 's2' })],
  [
    'the session of somebody else',
    ({ header, claims }) => forge(header, { ...claims, sub: 'ada' }),
  ],
  ['a role of its own', ({ header, claims }) => forge(header, { ...claims, role: 'admin' })],
  ['a list', ({ header }) => forge(header, [])],
  ['text', ({ header }) => forge(header, 'x')],
  ['no JSON in the header', ({ claims }) => forge('{', claims)],
  [
    'JSON serialisation',
    ({ good }) =>
      encode({ protected: parts(good)[0], payload: parts(good)[1], signature: parts(good)[2] }),
  ],
  ['a word', () => 'x'],
  ['four parts', ({ good }) => `${good}.x`],
  ['5,000 characters', () => 'a.'.repeat(2_500)],
]

describe('a token is refused with 401, never with 500', () => {
  test.each(bearers)('%s', async (_, forgeOne) => {
    const forgery = await newForgery()
    await expectNobody(forgery.world, { authorization: `Bearer ${forgeOne(forgery)}` })
  })

  test('where it does not stand alone behind Bearer', async () => {
    const { world, good } = await newForgery()
    const basic = Buffer.from(`sam:${usualPassword}`).toString('base64')
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${basic}`,
      good,
      `Bearer ${good} ${good}`,
      `Token ${good}`,
      `Bearer "${good}"`,
    ]) {
      await expectNobody(world, { authorization })
    }
    await expectNobody(world, { authorization: [`Bearer ${good}`, 'Bearer x'] })
    await expectNobody(world, { cookie: `access_token=${good}`, 'x-access-token': good })
    const query = await world.call('POST', `/create_user?access_token=${good}`, {
      body: samples['community-create-user'],
    })
    expect(query.status).toBe(401)
  })
})

test('a token ends after its 15 minutes', async () => {
  const { world, good } = await newForgery()
  const headers = { authorization: `Bearer ${good}` }
  world.clock.advance(899 * second)
  expect((await create(world, headers)).status).toBe(201)
  world.clock.advance(second)
  await expectNobody(world, headers)
})

test('a token ends at once when its owner sets a password', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'sam', role: 'staff' })
  const headers = { authorization: `Bearer ${await world.tokenOf('sam', 'staff')}` }
  const other = { authorization: `Bearer ${await world.as('staff')}` }
  expect((await create(world, headers)).status).toBe(201)
  await world.call('POST', '/request_password_reset', { body: { username: 'sam' } })
  await world.wake('post')
  const mail = (await world.mails()).find(({ to }) => to.includes('sam@elsewhere.example'))
  const body = { token: tokenIn(mail), new_password: 'Kastanie-7-Regenbogen' }
  expect((await world.call('POST', '/password_reset', { body })).status).toBe(200)
  await expectNobody(world, headers)
  expect((await create(world, other)).status).toBe(432)
})

test('a token ends at once when an operator gives its owner another role', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'sam', role: 'staff' })
  const headers = { authorization: `Bearer ${await world.tokenOf('sam', 'staff')}` }
  expect((await create(world, headers)).status).toBe(201)
  const shown = await findChangeable(world.database, 'sam')
  await changeOperatorAccount(world, shown, { role: 'member' })
  await expectNobody(world, headers)
  const body = { username: 'sam', password: usualPassword }
  const signedIn = await world.call('POST', '/login', { body })
  expect(signedIn.body).toMatchObject({ role: 'member' })
  const answer = await create(world, { authorization: `Bearer ${signedIn.body.access_token}` })
  expect([answer.status, answer.body]).toEqual([403, { error: expect.any(String), code: 403 }])
})

function create(
  { call }: TestWorld,
  headers: Readonly<Record<string, string | readonly string[]>>,
) {
  return call('POST', '/create_user', { body: samples['community-create-user'], headers })
}

async function expectNobody(
  world: TestWorld,
  headers: Readonly<Record<string, string | readonly string[]>>,
) {
  const answer = await create(world, headers)
  expect([answer.status, answer.body]).toEqual([401, { msg: expect.any(String) }])
  expect(answer.headers['www-authenticate']).toBe('Bearer')
}
