import { createHmac, randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startParameters } from '../../infra/local/parameters.ts'
import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'

const now = new Date('2026-11-21T12:00:00Z')
const claims = { username: 'robin', sessionId: 's1' }
const uses = { sealer: ringSealer, signer: ringSigner }
const newKey = () => randomBytes(32).toString('base64url')

/** A parameter store with two rings, and processes that read it, each with a cache of its own. */
async function newKeyStore() {
  const store = await startParameters()
  onTestFinished(() => store.stop())
  const environment = {
    PUBLIC_URL: 'https://gatehouse.example',
    SECRETS_PATH: '/gatehouse/test/',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SSM: store.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  }
  const setRings = (current: string, keys: Record<string, string>) => {
    store.set('/gatehouse/test/sealing-keys', JSON.stringify({ current, keys }))
    store.set('/gatehouse/test/signing-keys', JSON.stringify({ current, keys }))
  }
  return { store, setRings, newProcess: () => openPorts(uses, newWorld(environment)) }
}

test('what one process seals another opens, for the same purpose only', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const [first, second] = await Promise.all([newProcess(), newProcess()])
  const sealed = await first.sealer.seal('pässword', 'task1:password')
  expect(await second.sealer.open(sealed, 'task1:password')).toBe('pässword')
  await expect(second.sealer.open(sealed, 'task2:password')).rejects.toThrow(
    'belongs to something else',
  )
})

test('the same text is never sealed the same way twice', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const { sealer } = await newProcess()
  const [first, second] = await Promise.all([sealer.seal('x', 'y'), sealer.seal('x', 'y')])
  expect(first.nonce).not.toBe(second.nonce)
  expect(first.ciphertext).not.toBe(second.ciphertext)
})

test('a value sealed with a key that was added since is opened at once', async () => {
  const { setRings, newProcess } = await newKeyStore()
  const [k1, k2] = [newKey(), newKey()]
  setRings('k1', { k1 })
  const early = await newProcess()
  const old = await early.sealer.seal('old', 'x')
  setRings('k2', { k1, k2 })
  const sealed = await (await newProcess()).sealer.seal('new', 'x')
  expect(sealed.keyId).toBe('k2')
  expect(await early.sealer.open(sealed, 'x')).toBe('new')
  expect(await early.sealer.open(old, 'x')).toBe('old')
})

test('a value whose key is gone says so', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const sealed = await (await newProcess()).sealer.seal('x', 'y')
  setRings('k2', { k2: newKey() })
  await expect((await newProcess()).sealer.open(sealed, 'y')).rejects.toThrow(
    'key of a sealed value is gone',
  )
})

test('what one process signs another takes, until its end', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const [first, second] = await Promise.all([newProcess(), newProcess()])
  const token = await first.signer.sign(claims, now, 900)
  expect(await second.signer.verify(token, now)).toEqual(claims)
  expect(await second.signer.verify(token, new Date(now.getTime() + 931_000))).toBeUndefined()
})

test('a token of a key that was dropped is refused', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const token = await (await newProcess()).signer.sign(claims, now, 900)
  setRings('k2', { k2: newKey() })
  expect(await (await newProcess()).signer.verify(token, now)).toBeUndefined()
})

test('key ids that nobody knows do not make us ask the parameter store each time', async () => {
  const { setRings, newProcess, store } = await newKeyStore()
  setRings('k1', { k1: newKey() })
  const { signer } = await newProcess()
  const token = await signer.sign(claims, now, 900)
  await store.stop()
  const strangers = Array.from({ length: 50 }, (_, index) => withKeyId(token, `x${index}`))
  expect(await Promise.all(strangers.map((one) => signer.verify(one, now)))).toEqual(
    strangers.map(() => undefined),
  )
  expect(await signer.verify(token, now)).toEqual(claims)
})

test.each(['', 'x', 'a.b.c', `${'a'.repeat(1_000_000)}.b.c`, 'ä.ö.ü', '\u0000'])(
  'what is no token at all is refused without an error (%#)',
  async (text) => {
    const { setRings, newProcess } = await newKeyStore()
    setRings('k1', { k1: newKey() })
    expect(await (await newProcess()).signer.verify(text, now)).toBeUndefined()
  },
)

test('a ring that is no ring is named, and nothing of it is told', async () => {
  const { setRings, newProcess } = await newKeyStore()
  setRings('k1', { k1: 'canary' })
  const { sealer, signer } = await newProcess()
  await expect(sealer.seal('x', 'y')).rejects.toThrow(
    /^The key ring "sealing-keys" is not written as/,
  )
  await expect(signer.sign(claims, now, 900)).rejects.toThrow(/^The key ring "signing-keys" is not/)
})

function withKeyId(token: string, kid: string): string {
  const [, payload = ''] = token.split('.')
  const header = { alg: 'HS256', typ: 'at+jwt', kid }
  const signed = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`
  return `${signed}.${createHmac('sha256', 'guess').update(signed).digest('base64url')}`
}
