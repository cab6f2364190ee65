import { expect, test } from 'vitest'
import { parseKeyRing } from '../../lib/crypto/key-ring.ts'

const key = Buffer.alloc(32, 7).toString('base64url')

test('a ring gives its keys by id and names the current one', () => {
  const ring = parseKeyRing('r', JSON.stringify({ current: 'k2', keys: { k1: key, k2: key } }))
  expect(ring.current).toEqual({ id: 'k2', bytes: new Uint8Array(32).fill(7) })
  expect([...ring.keys.keys()]).toEqual(['k1', 'k2'])
})

test.each([
  ['no JSON', key],
  ['a key of 31 bytes', JSON.stringify({ current: 'k1', keys: { k1: key.slice(0, 42) } })],
  ['a key of 33 bytes', JSON.stringify({ current: 'k1', keys: { k1: `${key}A` } })],
  [
    'a key with bits that no byte has',
    JSON.stringify({ current: 'k1', keys: { k1: `${key.slice(0, 42)}B` } }),
  ],
  ['an id with a slash', JSON.stringify({ current: '../k', keys: { '../k': key } })],
  ['a field too many', JSON.stringify({ current: 'k1', keys: { k1: key }, next: key })],
  ['no current key', JSON.stringify({ current: 'k2', keys: { k1: key } })],
  [
    'a current key that objects have by themselves',
    JSON.stringify({ current: 'constructor', keys: {} }),
  ],
])('a ring with %s is refused without telling its content', (_, text) => {
  expect(() => parseKeyRing('signing-keys', text)).toThrow('"signing-keys"')
  expect(() => parseKeyRing('signing-keys', text)).not.toThrow(key.slice(0, 10))
})
