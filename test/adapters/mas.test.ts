/** What only Matrix Authentication Service has: an account that is made in two steps, and credentials of a client. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { jsonAnswer } from '../../infra/local/http-server.ts'
import type { Matrix, MatrixAccount } from '../../lib/ports.ts'
import { newName, openMas, openMatrix } from './matrix-subjects.ts'
import { type Meddler, startMeddler } from './meddler.ts'
import { headerOf } from './stub.ts'

const notNow = { name: 'Failure', code: 'unavailable' }

function newAccount(): MatrixAccount & { readonly wishedAt: Date } {
  const password = 'Canary-Pass-7f3a9c'
  return { localpart: newName(), password, displayName: 'Robin Ash', wishedAt: new Date() }
}

async function openMeddled() {
  const { stub, ...subject } = await openMas()
  const meddler = await startMeddler(subject.url)
  const matrix = await openMatrix(subject, { url: meddler.url, seconds: 1 })
  return { stub, subject, meddler, matrix }
}

/** Makes an account that has no password, because the second step does not come about. */
async function makeHalf(matrix: Matrix, meddler: Meddler, account: MatrixAccount): Promise<void> {
  const usual = meddler.meddle
  meddler.meddle = ({ url }) =>
    url.endsWith('/set-password') ? { instead: jsonAnswer(503, {}) } : undefined
  await expect(matrix.register(account)).rejects.toMatchObject(notNow)
  meddler.meddle = usual
}

test('an account that an earlier try left without a password gets it from the next one', async () => {
  const { stub, meddler, matrix } = await openMeddled()
  const account = newAccount()
  await makeHalf(matrix, meddler, account)
  expect(stub.passwordOf(account.localpart)).toBeUndefined()
  expect(await matrix.opens(account)).toBe(false)
  expect(await matrix.register(account)).toBe('registered')
  expect(await matrix.opens(account)).toBe(true)
})

test('a try whose last answer was lost is repeated with the same end', async () => {
  const { meddler, matrix } = await openMeddled()
  const account = newAccount()
  meddler.meddle = ({ url }) => (url.endsWith('/set-password') ? { after: undefined } : undefined)
  await expect(matrix.register(account)).rejects.toMatchObject(notNow)
  meddler.meddle = () => undefined
  expect(await matrix.register(account)).toBe('registered')
  expect(await matrix.opens(account)).toBe(true)
})

const past = new Date('2026-01-01T00:00:00Z')

test.each([
  ['that is older than the wish', { createdAt: past }],
  ['that somebody has used in a browser', { browserSessions: 1 }],
  ['that is locked', { lockedAt: past }],
  ['that was deactivated', { deactivatedAt: past }],
])("an account without a password %s is somebody else's", async (_, change) => {
  const { stub, meddler, matrix } = await openMeddled()
  const account = newAccount()
  await makeHalf(matrix, meddler, account)
  stub.change(account.localpart, change)
  expect(await matrix.register(account)).toBe('taken')
  expect(stub.passwordOf(account.localpart)).toBeUndefined()
})

test("an account that somebody has used in a client is somebody else's", async () => {
  const { stub, matrix } = await openMeddled()
  const account = newAccount()
  await matrix.register(account)
  stub.accounts.signIn(account.localpart, undefined)
  const other = { ...account, password: 'Another-Pass-11' }
  expect(await matrix.register(other)).toBe('taken')
  expect(stub.passwordOf(account.localpart)).toBe(account.password)
})

test('without a time of the wish every account is taken', async () => {
  const { stub, meddler, matrix } = await openMeddled()
  const { wishedAt, ...account } = newAccount()
  await makeHalf(matrix, meddler, account)
  expect(await matrix.register(account)).toBe('taken')
  expect(stub.passwordOf(account.localpart)).toBeUndefined()
})

test("a name of the server's own is taken, though there is no account", async () => {
  const { matrix } = await openMeddled()
  expect(await matrix.register({ ...newAccount(), localpart: '20261121' })).toBe('taken')
})

test('where people cannot sign in by password the account waits for an operator', async () => {
  const { stub, matrix } = await openMeddled()
  const account = newAccount()
  stub.setPasswords(false)
  const error: unknown = await matrix.register(account).catch((caught: unknown) => caught)
  expect(error).toMatchObject(notNow)
  expect(inspect(error)).toContain('does not let people sign in by password')
  stub.setPasswords(true)
  expect(await matrix.register(account)).toBe('registered')
})

test('a password that the service refuses is refused', async () => {
  const { meddler, matrix } = await openMeddled()
  const refusal = jsonAnswer(400, { errors: [{ title: 'Password is too weak' }] })
  meddler.meddle = ({ url }) => (url.endsWith('/set-password') ? { instead: refusal } : undefined)
  expect(await matrix.register(newAccount())).toBe('refused')
})

test('a locked account does not open', async () => {
  const { stub, matrix } = await openMeddled()
  const account = newAccount()
  await matrix.register(account)
  stub.change(account.localpart, { lockedAt: new Date() })
  expect(await matrix.opens(account)).toBe(false)
})

test.each([
  ['a page', { status: 200, headers: {}, body: '<html>' }],
  ['an empty object', jsonAnswer(200, {})],
  ['a user without an id', jsonAnswer(200, { data: { attributes: {} }, admin: false })],
  ['a refusal', jsonAnswer(401, { errors: [{ title: 'Access token expired' }] })],
  ['trouble', jsonAnswer(500, {})],
])('%s in answer to a question about an earlier try is not believed', async (_, instead) => {
  const { meddler, matrix } = await openMeddled()
  const account = newAccount()
  await makeHalf(matrix, meddler, account)
  for (const question of [/by-username/, /user-sessions/, /compat-sessions/]) {
    meddler.meddle = ({ url }) => (question.test(url) ? { instead } : undefined)
    await expect(matrix.register(account)).rejects.toMatchObject(notNow)
  }
  meddler.meddle = () => undefined
  expect(await matrix.register(account)).toBe('registered')
})

test('an id that is none leads to no other address', async () => {
  const { meddler, matrix } = await openMeddled()
  const attributes = { created_at: new Date().toISOString(), admin: false }
  const instead = jsonAnswer(201, { data: { id: '../../x?', attributes } })
  meddler.meddle = ({ url }) => (url.endsWith('/users') ? { instead } : undefined)
  await expect(matrix.register(newAccount())).rejects.toMatchObject(notNow)
  expect(meddler.requests.map(({ url }) => url)).toEqual(['/oauth2/token', '/api/admin/v1/users'])
})

test.each([
  'canary',
  '{"client_id": "canary"}',
  '{"client_id": "canary", "client_secret": ""}',
  '["canary", "canary"]',
  '',
])('the credentials %j wait for an operator, and are in no error', async (secret) => {
  const { stub, ...subject } = await openMas()
  const matrix = await openMatrix(subject, { secret })
  const error: unknown = await matrix.register(newAccount()).catch((caught: unknown) => caught)
  expect(error).toMatchObject(notNow)
  expect(inspect(error, { depth: 9 })).not.toContain('canary')
})

test('the token is asked for with the one scope that it needs, and goes to the admin API alone', async () => {
  const { meddler, matrix } = await openMeddled()
  const account = newAccount()
  await matrix.register(account)
  await matrix.opens(account)
  const [token, ...others] = meddler.requests
  expect(Object.fromEntries(new URLSearchParams(token?.body.toString()))).toEqual({
    grant_type: 'client_credentials',
    scope: 'urn:mas:admin',
  })
  expect(headerOf(token, 'authorization')).toMatch(/^Basic /)
  const bearing = others.filter((one) => headerOf(one, 'authorization')?.startsWith('Bearer mat_'))
  expect(
    bearing.map(({ method, url }) => `${method} ${url.replace(/[0-9A-Z]{26}/, 'ID')}`),
  ).toEqual(['POST /api/admin/v1/users', 'POST /api/admin/v1/users/ID/set-password'])
})
