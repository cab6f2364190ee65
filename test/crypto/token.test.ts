import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashToken, newId, newToken } from '../../lib/crypto/token.ts'

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }
const zeros = { bytes: (length: number) => new Uint8Array(length) }

test('a token is 256 random bits in base64url', () => {
  expect(newToken(random)).toMatch(/^[\w-]{43}$/)
  expect(newToken(random)).not.toBe(newToken(random))
  expect(newToken(zeros)).toBe('A'.repeat(43))
})

test('an id is 128 random bits in base64url', () => {
  expect(newId(random)).toMatch(/^[\w-]{22}$/)
  expect(newId(zeros)).toBe('A'.repeat(22))
})

test('what is kept of a token is its SHA-256', () => {
  expect(hashToken('abc')).toBe(createHash('sha256').update('abc').digest('hex'))
})
