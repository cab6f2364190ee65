/** The contract of the port `Matrix`, on every server that it speaks to. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createConnection } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../infra/local/free-port.ts'
import { type Answer, jsonAnswer } from '../../infra/local/http-server.ts'
import { registerAtSynapse } from '../../lib/adapters/matrix/synapse.ts'
import { Failure } from '../../lib/failure.ts'
import type { MatrixAccount } from '../../lib/ports.ts'
import type { Fault } from '../chaos/fault.ts'
import { startProxy } from '../chaos/proxy.ts'
import { allowedSigns, refusedSigns } from '../matrix/published-signs.ts'
import { newName, openMatrix, openSynapse, subjects } from './matrix-subjects.ts'
import { startMeddler } from './meddler.ts'
import { startStub } from './stub.ts'

const password = 'Canary-Pass-7f3a9c'

function newAccount(): MatrixAccount {
  return { localpart: newName(), password, displayName: 'Robin Ash', wishedAt: new Date() }
}

const html: Answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>{"no' }
const moved: Answer = { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' }

const rubbish: ReadonlyArray<readonly [string, Answer]> = [
  ['a page', html],
  ['nothing', { status: 200, headers: {}, body: '' }],
  ['null', jsonAnswer(200, null)],
  ['a list', jsonAnswer(200, [])],
  ['an empty object', jsonAnswer(200, {})],
  [
    'the wrong types',
    jsonAnswer(200, { nonce: 7, user_id: null, access_token: [], data: { id: '../x' } }),
  ],
  ['a token with a line end', jsonAnswer(200, { access_token: 'a\r\nb', user_id: 'x', nonce: '' })],
  ['more than any answer', jsonAnswer(200, { nonce: 'x'.repeat(100_000), access_token: 'x' })],
  ['a page that nothing is there', { ...html, status: 404 }],
  ['a refusal of its own', jsonAnswer(403, { message: 'Blocked' })],
  ['a refusal that is none', jsonAnswer(400, { errcode: 'm_user_in_use', errors: [] })],
  ['an address that it does not know', jsonAnswer(404, { errcode: 'M_UNRECOGNIZED' })],
  ['being sent elsewhere', moved],
  ['trouble', jsonAnswer(502, { errcode: 'M_UNKNOWN' })],
]

const weathers: ReadonlyArray<readonly [string, Fault]> = [
  ['is not there', { kind: 'refuse' }],
  ['swallows everything', { kind: 'black_hole' }],
  ['is slow', { kind: 'slow', bytesPerSecond: 20 }],
  ['cuts the request', { kind: 'reset', afterBytes: 40, direction: 'to_server' }],
  ['cuts the answer', { kind: 'reset', afterBytes: 40, direction: 'to_client' }],
]

const notNow = { name: 'Failure', code: 'unavailable' }

function secondsOf(error: unknown): number | undefined {
  return error instanceof Failure ? error.details.retryAfterSeconds : Number.NaN
}

/** Everything that an error could give away. */
function tellingOf(error: unknown): string {
  return inspect(error, { depth: 9, showHidden: true })
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([work])
  if (result.status === 'rejected') return result.reason
  throw new Error(`It went well: ${JSON.stringify(result.value)}`)
}

describe.each(subjects)('%s', (_, open) => {
  test('makes an account with its display name that is no admin and signed in nowhere', async () => {
    const subject = await open()
    const account = newAccount()
    expect(await (await openMatrix(subject)).register(account)).toBe('registered')
    expect(await subject.look(account.localpart)).toEqual({
      ...{ displayName: 'Robin Ash', isAdmin: false, sessions: 0 },
    })
  })

  test('says that a name is taken, and leaves its account as it is', async () => {
    const subject = await open()
    const matrix = await openMatrix(subject)
    const { wishedAt, ...account } = newAccount()
    await matrix.register(account)
    const other = { ...account, password: 'Another-Pass-11', displayName: 'Somebody Else' }
    expect(await matrix.register(other)).toBe('taken')
    expect(await matrix.opens(account)).toBe(true)
    expect(await matrix.opens(other)).toBe(false)
    expect(await subject.look(account.localpart)).toMatchObject({ displayName: 'Robin Ash' })
  })

  test('makes one account where two tries meet', async () => {
    const matrix = await openMatrix(await open())
    const { wishedAt, ...account } = newAccount()
    const outcomes = await Promise.all([1, 2, 3].map(() => matrix.register(account)))
    expect(outcomes.toSorted()).toEqual(['registered', 'taken', 'taken'])
  })

  test.each(['', 'Robin', 'ro bin', 'ro:bin', 'röbin', 'robin\0', '_robin', 'x'.repeat(239)])(
    'refuses the name %j for good',
    async (localpart) => {
      const subject = await open()
      const matrix = await openMatrix(subject)
      expect(await matrix.register({ ...newAccount(), localpart })).toBe('refused')
      expect(await subject.look(localpart.toLowerCase())).toBeUndefined()
    },
  )

  test('takes a name of 255 bytes with its server', async () => {
    const matrix = await openMatrix(await open())
    const localpart = newName().padEnd(238, 'x')
    expect(await matrix.register({ ...newAccount(), localpart })).toBe('registered')
  })

  test('knows no other secret, and makes nothing for it', async () => {
    const subject = await open()
    const secret = subject.secret.replace(/.{3}("\})?$/, 'xyz$1')
    expect(secret).not.toBe(subject.secret)
    const account = newAccount()
    const error = await failureOf((await openMatrix(subject, { secret })).register(account))
    expect(error).toMatchObject(notNow)
    expect(tellingOf(error)).toContain('does not accept the secret "matrix-admin"')
    expect(tellingOf(error)).not.toContain(secret)
    expect(await subject.look(account.localpart)).toBeUndefined()
  })

  test('opens to the password and to nothing else, and signs out again', async () => {
    const subject = await open()
    const matrix = await openMatrix(subject)
    const account = newAccount()
    await matrix.register(account)
    expect(await matrix.opens(account)).toBe(true)
    expect(await matrix.opens({ ...account, password: 'Another-Pass-11' })).toBe(false)
    expect(await matrix.opens({ ...account, localpart: newName() })).toBe(false)
    expect(await matrix.opens(account)).toBe(true)
    expect(await subject.look(account.localpart)).toMatchObject({ sessions: 0 })
  })

  test('says when it wants to be left alone, and is', async () => {
    const subject = await open()
    const matrix = await openMatrix(subject)
    const account = newAccount()
    await matrix.register(account)
    for (let round = 0; round < 3; round += 1) {
      expect(await matrix.opens({ ...account, password: `Wrong-Pass-${round}` })).toBe(false)
    }
    const error = await failureOf(matrix.opens(account))
    expect(error).toMatchObject(notNow)
    // Matrix Authentication Service says no time.
    const seconds = subject.driver === 'mas' ? undefined : expect.any(Number)
    expect(secondsOf(error)).toEqual(seconds)
  })

  test.each([
    ['in its body', jsonAnswer(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1200 }), 2],
    ['in a header', { status: 429, headers: { 'retry-after': '7' }, body: '' }, 7],
    ['in both', jsonAnswer(429, { retry_after_ms: 61_000 }, { 'retry-after': '7' }), 61],
    ['not at all', jsonAnswer(429, { errcode: 'M_LIMIT_EXCEEDED' }), undefined],
    [
      'as a word',
      jsonAnswer(429, { retry_after_ms: 'soon' }, { 'retry-after': 'soon' }),
      undefined,
    ],
    ['as a negative number', jsonAnswer(429, { retry_after_ms: -5 }), undefined],
    ['as a year', jsonAnswer(429, { retry_after_ms: 31_536_000_000 }), undefined],
  ])('that says %s how long to wait is understood', async (_kind, answer, seconds) => {
    const subject = await open()
    const meddler = await startMeddler(subject.url)
    meddler.meddle = () => ({ instead: answer })
    const { register, opens } = await openMatrix(subject, { url: meddler.url })
    for (const error of [
      await failureOf(register(newAccount())),
      await failureOf(opens(newAccount())),
    ]) {
      expect(error).toMatchObject(notNow)
      expect(secondsOf(error)).toEqual(seconds)
    }
    expect(meddler.requests).toHaveLength(2)
  })

  test.each(weathers)('that %s is tried again later', async (_kind, fault) => {
    const subject = await open()
    const proxy = await startProxy({ targetPort: Number(new URL(subject.url).port) })
    onTestFinished(() => proxy.stop())
    const url = subject.url.replace(/:\d+/, `:${proxy.port}`)
    const { register, opens } = await openMatrix(subject, { url, seconds: 0.4 })
    const account = newAccount()
    await proxy.set(fault)
    const began = performance.now()
    const errors = [await failureOf(register(account)), await failureOf(opens(account))]
    expect(performance.now() - began).toBeLessThan(3000)
    for (const error of errors) {
      expect(error).toMatchObject(notNow)
      expect(tellingOf(error)).not.toContain(password)
    }
    await proxy.set({ kind: 'pass' })
    const patient = await openMatrix(subject, { url })
    expect(await patient.register(account)).toBe('registered')
    expect(await patient.opens(account)).toBe(true)
  })

  test.each([
    ['with trouble', jsonAnswer(500, { errcode: 'M_UNKNOWN' })],
    ['with a page', html],
    ['not at all', undefined],
  ])(
    'that answers %s after it made the account is settled by the next try',
    async (_kind, after) => {
      const subject = await open()
      const meddler = await startMeddler(subject.url)
      // Whatever makes it or ends its making: all but the questions before.
      meddler.meddle = ({ url, method }) =>
        method === 'POST' && /register$|\/users$/.test(url) ? { after } : undefined
      const matrix = await openMatrix(subject, { url: meddler.url, seconds: 1.5 })
      const account = newAccount()
      expect(await failureOf(matrix.register(account))).toMatchObject(notNow)
      meddler.meddle = () => undefined
      const outcome = await matrix.register(account)
      expect(outcome).toBe(subject.driver === 'mas' ? 'registered' : 'taken')
      expect(await matrix.opens(account)).toBe(true)
      expect(await subject.look(account.localpart)).toMatchObject({ isAdmin: false, sessions: 0 })
    },
  )

  test.each(rubbish)(
    'that answers %s to any request of a registration is not believed',
    async (_kind, answer) => {
      const subject = await open()
      const meddler = await startMeddler(subject.url)
      const { register } = await openMatrix(subject, { url: meddler.url })
      await register(newAccount())
      const requests = meddler.requests.length
      for (let victim = 0; victim < requests; victim += 1) {
        meddler.requests.length = 0
        meddler.meddle = (_request, index) => (index === victim ? { instead: answer } : undefined)
        const error = await failureOf(register(newAccount()))
        expect(error).toMatchObject(notNow)
        expect(tellingOf(error)).not.toContain(password)
      }
    },
  )

  test.each(rubbish)('that answers %s to a sign-in is not believed', async (_kind, answer) => {
    const subject = await open()
    const meddler = await startMeddler(subject.url)
    const matrix = await openMatrix(subject, { url: meddler.url })
    const account = newAccount()
    await matrix.register(account)
    meddler.meddle = ({ url }) => (url.endsWith('/login') ? { instead: answer } : undefined)
    const error = await failureOf(matrix.opens(account))
    expect(error).toMatchObject(notNow)
    expect(tellingOf(error)).not.toContain(password)
  })

  test('that loses the answer to one sign-out is asked once more', async () => {
    const subject = await open()
    const meddler = await startMeddler(subject.url)
    const matrix = await openMatrix(subject, { url: meddler.url })
    const account = newAccount()
    await matrix.register(account)
    let losses = 1
    meddler.meddle = ({ url }) => {
      if (!url.endsWith('/logout') || losses === 0) return undefined
      losses -= 1
      return { after: jsonAnswer(502, {}) }
    }
    expect(await matrix.opens(account)).toBe(true)
    expect(await subject.look(account.localpart)).toMatchObject({ sessions: 0 })
  })

  test('that does not confirm a sign-out has one session left, which the next try ends', async () => {
    const subject = await open()
    const meddler = await startMeddler(subject.url)
    const matrix = await openMatrix(subject, { url: meddler.url })
    const account = newAccount()
    await matrix.register(account)
    meddler.meddle = ({ url }) =>
      url.endsWith('/logout') ? { instead: jsonAnswer(404, {}) } : undefined
    for (let round = 0; round < 3; round += 1) {
      expect(await failureOf(matrix.opens(account))).toMatchObject(notNow)
    }
    expect(await subject.look(account.localpart)).toMatchObject({ sessions: 1 })
    meddler.meddle = () => undefined
    expect(await matrix.opens(account)).toBe(true)
    expect(await subject.look(account.localpart)).toMatchObject({ sessions: 0 })
  })

  test('that is another server than the settings name is told from the right one', async () => {
    const subject = await open()
    const matrix = await openMatrix(subject, { serverName: 'other.example' })
    const account = newAccount()
    const right = await openMatrix(subject)
    if (subject.driver === 'mas') await right.register(account)
    else
      expect(tellingOf(await failureOf(matrix.register(account)))).toContain('MATRIX_SERVER_NAME')
    expect(tellingOf(await failureOf(matrix.opens(account)))).toContain('MATRIX_SERVER_NAME')
    expect(await right.opens(account)).toBe(true)
    expect(await subject.look(account.localpart)).toMatchObject({ sessions: 0 })
  })

  test('hears secrets in the bodies of requests and in one header alone', async () => {
    const subject = await open()
    const meddler = await startMeddler(subject.url)
    const matrix = await openMatrix(subject, { url: meddler.url })
    const account = newAccount()
    await matrix.register(account)
    await matrix.opens(account)
    for (const { url, rawHeaders, body } of meddler.requests) {
      expect(url).not.toContain(password)
      expect(rawHeaders.join('\n')).not.toContain(password)
      expect(`${url}${body}`).not.toContain(subject.secret)
    }
  })
})

test('nothing of the secrets goes where a redirection leads', async () => {
  const elsewhere = await startStub()
  const [, [, openStub]] = subjects as readonly [unknown, (typeof subjects)[number]]
  const subject = await openStub()
  const meddler = await startMeddler(subject.url)
  const location = `${elsewhere.origin}/`
  meddler.meddle = () => ({ instead: { status: 308, headers: { location }, body: '' } })
  const matrix = await openMatrix(subject, { url: meddler.url })
  expect(await failureOf(matrix.register(newAccount()))).toMatchObject(notNow)
  expect(await failureOf(matrix.opens(newAccount()))).toMatchObject(notNow)
  expect(elsewhere.requests).toEqual([])
})

test('a registration that a broken connection ends is not sent again by itself', async () => {
  const posts: string[] = []
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.end('{"nonce": "once"}')
    posts.push(request.url ?? '')
    return request.socket.destroy()
  })
  const port = await findFreePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const access = { url: `http://127.0.0.1:${port}`, serverName: 'a.example', secret: 'x' }
  const subject = { driver: 'synapse', look: async () => undefined, ...access } as const
  const matrix = await openMatrix(subject)
  expect(await failureOf(matrix.register(newAccount()))).toMatchObject(notNow)
  expect(posts).toHaveLength(1)
  expect(await failureOf(matrix.opens(newAccount()))).toMatchObject(notNow)
  expect(posts).toHaveLength(3)
})

test.each([
  ['an address', { url: undefined }, 'MATRIX_URL'],
  ['a name of the server', { serverName: undefined }, 'MATRIX_SERVER_NAME'],
  ['a secret', { secret: undefined }, 'The secret "matrix-admin" cannot be read'],
])('without %s nothing is asked', async (_, change, text) => {
  const stub = await startStub()
  const subject = { driver: 'synapse', look: async () => undefined } as const
  const access = { url: stub.origin, serverName: 'a.example', secret: 'x' }
  const matrix = await openMatrix({ ...subject, ...access }, change)
  const error = await failureOf(matrix.register(newAccount()))
  expect(error).toMatchObject(notNow)
  expect(tellingOf(error)).toContain(text)
  expect(stub.requests).toEqual([])
})

test.each([
  'http://matrix.example',
  'https://user:word@matrix.example',
  'https://matrix.example?x=1',
  'https://matrix.example:99999',
  'https://matrix.example/a/../b c',
  'matrix.example',
  'file:///etc/passwd',
])('the address %s is refused', async (url) => {
  const subject = { driver: 'synapse', look: async () => undefined } as const
  const access = { url, serverName: 'a.example', secret: 'x' }
  await expect(openMatrix({ ...subject, ...access })).rejects.toThrow('MATRIX_URL')
})

describe('the real Synapse', () => {
  test.each(refusedSigns)('refuses %j in a name, as our rule does', async (sign) => {
    const { url, serverName, secret } = await openSynapse()
    const server = { url, name: serverName, seconds: 5 }
    const account = { ...newAccount(), localpart: `${newName()}${sign}` }
    expect(await registerAtSynapse(server, secret, account)).toBe('refused')
  })

  test.each(allowedSigns)('takes %j in a name, as our rule does', async (sign) => {
    const matrix = await openMatrix(await openSynapse())
    const account = { ...newAccount(), localpart: `${newName()}${sign}` }
    expect(await matrix.register(account)).toBe('registered')
  })

  test('keeps names of digits for guests', async () => {
    const matrix = await openMatrix(await openSynapse())
    expect(await matrix.register({ ...newAccount(), localpart: '20261121' })).toBe('refused')
  })

  test('listens on 127.0.0.1 and nowhere else', async () => {
    const { url } = await openSynapse()
    const port = Number(new URL(url).port)
    expect(await isListening('127.0.0.1', port)).toBe(true)
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    for (const { address } of others.filter((one) => one.address !== '127.0.0.1')) {
      expect(await isListening(address, port), address).toBe(false)
    }
    expect(await isListening('::1', port)).toBe(false)
  })

  test('writes no secret of ours into its log', async () => {
    const subject = await openSynapse()
    const matrix = await openMatrix(subject)
    const account = newAccount()
    await matrix.register(account)
    await matrix.opens(account)
    const log = join(inject('ground').folder, `synapse-${process.pid}`, 'synapse.log')
    const text = await readFile(log, 'utf8')
    expect(text).toContain(account.localpart)
    expect(text).not.toContain(password)
    expect(text).not.toContain(subject.secret)
  })
})

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
