import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyIdOf, readAccessToken, signAccessToken } from '../../lib/crypto/access-token.ts'

const now = new Date('2026-11-21T12:00:00Z')
const seconds = now.getTime() / 1000
const issuer = 'https://gatehouse.example'
const key = new Uint8Array(randomBytes(32))
const oldKey = new Uint8Array(randomBytes(32))
const ring = {
  current: { id: 'k1', bytes: key },
  keys: new Map([
    ['k1', key],
    ['k0', oldKey],
  ]),
}
const claims = { username: 'robin', sessionId: 's1' }

const goodHeader = { alg: 'HS256', typ: 'at+jwt', kid: 'k1' }
const goodClaims = {
  iss: issuer,
  aud: 'gatehouse',
  sub: 'robin',
  sid: 's1',
  iat: seconds,
  exp: seconds + 900,
}

const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')

function forge(header: unknown, payload: unknown, secret: Uint8Array | string = key): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const read = (token: string, at = now) => readAccessToken(token, ring, { issuer, now: at })
const after = (more: number) => new Date(now.getTime() + more * 1000)

test('a signed token says who it is for, and its header is ours', async () => {
  const token = await signAccessToken(claims, ring, { issuer, now, lifeSeconds: 900 })
  expect(await read(token)).toEqual(claims)
  expect(keyIdOf(token)).toBe('k1')
  const [head, body] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  expect(JSON.parse(head ?? '')).toEqual(goodHeader)
  expect(JSON.parse(body ?? '')).toEqual(goodClaims)
})

test('a token made by the table of this file is good, so that its refusals mean something', async () => {
  expect(await read(forge(goodHeader, goodClaims))).toEqual(claims)
})

test('a token of an older key of the ring is good', async () => {
  expect(await read(forge({ ...goodHeader, kid: 'k0' }, goodClaims, oldKey))).toEqual(claims)
})

test('a token is good for 30 seconds past its end, for clocks that differ', async () => {
  const token = forge(goodHeader, goodClaims)
  expect(await read(token, after(900 + 29))).toEqual(claims)
  expect(await read(token, after(900 + 31))).toBeUndefined()
})

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicText = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const without = (name: string) =>
  Object.fromEntries(Object.entries(goodClaims).filter(([claim]) => claim !== name))
const header = (change: object) => forge({ ...goodHeader, ...change }, goodClaims)
const payload = (change: object) => forge(goodHeader, { ...goodClaims, ...change })
const good = forge(goodHeader, goodClaims)
const [goodHead = '', goodBody = '', goodSignature = ''] = good.split('.')

// T12 in full; "two headers" and "token in the query" are tested where requests are.
test.each([
  ['alg none', header({ alg: 'none' })],
  ['alg None', header({ alg: 'None' })],
  ['alg nOnE', header({ alg: 'nOnE' })],
  ['an empty alg', header({ alg: '' })],
  ['alg none without a signature', `${encode({ ...goodHeader, alg: 'none' })}.${goodBody}.`],
  ['a public key as secret', forge(goodHeader, goodClaims, publicText)],
  ['alg RS256', header({ alg: 'RS256' })],
  ['alg HS512', header({ alg: 'HS512' })],
  ['its signature stripped', `${goodHead}.${goodBody}.`],
  ['no third part', `${goodHead}.${goodBody}`],
  ['a flipped payload', `${goodHead}.${encode({ ...goodClaims, sub: 'admin' })}.${goodSignature}`],
  ['the signature of another key', forge(goodHeader, goodClaims, oldKey)],
  ['an end 31 seconds ago', payload({ exp: seconds - 31 })],
  ['nbf in the future', payload({ nbf: seconds + 600 })],
  ['iat in the future', payload({ iat: seconds + 31 })],
  ['no exp', forge(goodHeader, without('exp'))],
  ['no iat', forge(goodHeader, without('iat'))],
  ['no sub', forge(goodHeader, without('sub'))],
  ['no sid', forge(goodHeader, without('sid'))],
  ['exp as text', payload({ exp: String(seconds + 900) })],
  ['exp as a fraction', payload({ exp: seconds + 0.5 })],
  ['exp as 1e20', payload({ exp: 1e20 })],
  ['another aud', payload({ aud: 'mail' })],
  ['aud as a list of ours and another', payload({ aud: ['gatehouse', 'mail'] })],
  ['aud as a list of ours', payload({ aud: ['gatehouse'] })],
  ['another iss', payload({ iss: 'https://evil.example' })],
  ['no iss', forge(goodHeader, without('iss'))],
  ['typ JWT, as other tokens have', header({ typ: 'JWT' })],
  ['typ of a refresh token', header({ typ: 'rt+jwt' })],
  ['no typ', forge({ alg: 'HS256', kid: 'k1' }, goodClaims)],
  ['no kid', forge({ alg: 'HS256', typ: 'at+jwt' }, goodClaims)],
  ['kid as a path', header({ kid: '../../dev/null' })],
  ['kid with quotes', header({ kid: `' OR "1"="1` })],
  ['kid as an operator', header({ kid: { $gt: '' } })],
  ['kid that objects have by themselves', header({ kid: '__proto__' })],
  ['an embedded jwk', header({ jwk: { kty: 'oct', k: encode('x') } })],
  ['jku', header({ jku: 'https://evil.example/keys' })],
  ['x5u', header({ x5u: 'https://evil.example/keys' })],
  ['x5c', header({ x5c: ['AAAA'] })],
  ['crit', header({ crit: ['exp'] })],
  ['b64 false', header({ crit: ['b64'], b64: false })],
  ['a claim that we never write', payload({ admin: true })],
  ['a sub that is no text', payload({ sub: { $ne: null } })],
  ['an empty sub', payload({ sub: '' })],
  ['1 MB', payload({ sub: 'x'.repeat(1_000_000) })],
  ['4,097 bytes', `${good}${'A'.repeat(4097 - good.length)}`],
  ['a payload that is no object', forge(goodHeader, '[]')],
  ['a payload that is no JSON', forge(goodHeader, 'robin')],
  ['a header that is no JSON', `${encode('{')}.${goodBody}.${goodSignature}`],
  [
    'JSON serialisation',
    JSON.stringify({ protected: goodHead, payload: goodBody, signature: goodSignature }),
  ],
  ['nothing', ''],
  ['dots only', '..'],
  ['a word before it', `Bearer ${good}`],
  ['a line end after it', `${good}\n`],
])('a token with %s is refused', async (_, token) => {
  expect(await read(token)).toBeUndefined()
})

test('a token of another installation is refused even when the keys are the same', async () => {
  expect(
    await readAccessToken(good, ring, { issuer: 'https://other.example', now }),
  ).toBeUndefined()
})
