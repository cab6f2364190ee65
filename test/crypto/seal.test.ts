import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { nonceBytes, seal, unseal } from '../../lib/crypto/seal.ts'

const key = { id: 'k1', bytes: new Uint8Array(randomBytes(32)) }
const sealNow = (plain: string) =>
  seal(plain, 'task1:password', { key, nonce: randomBytes(nonceBytes) })

test.each(['', 'pässwörd 🔑', 'x'.repeat(10_000)])(
  'a sealed text comes back whole (%#)',
  (plain) => {
    const sealed = sealNow(plain)
    expect(sealed.keyId).toBe('k1')
    expect(unseal(sealed, 'task1:password', key)).toBe(plain)
  },
)

test('a sealed value shows nothing of its text', () => {
  expect(Buffer.from(sealNow('canary').ciphertext, 'base64url').toString('latin1')).not.toContain(
    'canary',
  )
})

test('a sealed value opens only for what it is bound to', () => {
  expect(() => unseal(sealNow('secret'), 'task2:password', key)).toThrow(
    'belongs to something else',
  )
})

test('a sealed value opens only with its key, under its key id', () => {
  const sealed = sealNow('secret')
  const other = { id: 'k1', bytes: new Uint8Array(randomBytes(32)) }
  expect(() => unseal(sealed, 'task1:password', other)).toThrow()
  expect(() => unseal({ ...sealed, keyId: 'k2' }, 'task1:password', key)).toThrow()
})

test.each([
  ['its text', { ciphertext: Buffer.alloc(40).toString('base64url') }],
  ['a text without a tag', { ciphertext: 'AAAA' }],
  ['an empty text', { ciphertext: '' }],
  ['its nonce', { nonce: Buffer.alloc(12).toString('base64url') }],
  ['an empty nonce', { nonce: '' }],
])('a sealed value that was changed does not open: %s', (_, change) => {
  expect(() => unseal({ ...sealNow('secret'), ...change }, 'task1:password', key)).toThrow(
    'changed',
  )
})
