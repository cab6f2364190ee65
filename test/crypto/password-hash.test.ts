import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { hashPassword, isPassword } from '../../lib/crypto/password-hash.ts'

const longest = 'ä'.repeat(36)

test('a hash is bcrypt of cost 12 and knows its password only', async () => {
  const hash = await hashPassword('Correct horse 1!')
  expect(hash).toMatch(/^\$2b\$12\$/)
  expect(await isPassword('Correct horse 1!', hash)).toBe(true)
  expect(await isPassword('correct horse 1!', hash)).toBe(false)
})

test('a function hashes at cost 12, and nothing in its environment makes that less', async () => {
  const cheap = { BCRYPT_COST: '4', PASSWORD_COST: '4', HASH_COST: '4' }
  expect(Object.keys(bcryptHasher.settings.shape)).toEqual([])
  const { passwordHasher } = await openPorts({ passwordHasher: bcryptHasher }, newWorld(cheap))
  const hash = await passwordHasher.hash('Correct horse 1!')
  expect(hash).toMatch(/^\$2b\$12\$/)
  expect(await passwordHasher.matches('Correct horse 1!', hash)).toBe(true)
})

test('a password of 72 bytes counts to its last byte, and a longer one never matches', async () => {
  const hash = await hashPassword(longest)
  expect(await isPassword(longest, hash)).toBe(true)
  expect(await isPassword(`${longest}x`, hash)).toBe(false)
  expect(await isPassword(`${longest.slice(0, -1)}ö`, hash)).toBe(false)
})

test.each([`${longest}x`, 'before\0after'])('%j is not hashed', async (password) => {
  await expect(hashPassword(password)).rejects.toThrow(RangeError)
})

test('an account without a password has none, not even the empty one', async () => {
  expect(await isPassword('', null)).toBe(false)
  expect(await isPassword('anything', null)).toBe(false)
})

test('a wrong name, a wrong password and one that is too long take the same time', async () => {
  const hash = await hashPassword('Correct horse 1!')
  const cases: ReadonlyArray<readonly [string, string | null]> = [
    ['wrong', hash],
    ['wrong', null],
    ['x'.repeat(100_000), hash],
  ]
  const fastest = cases.map(() => Number.POSITIVE_INFINITY)
  // Other work on the machine only ever makes a run slower; in turn, so that it meets all of them.
  for (let round = 0; round < 6; round += 1) {
    for (const [at, [password, kept]] of cases.entries()) {
      const began = performance.now()
      await isPassword(password, kept)
      fastest[at] = Math.min(fastest[at] ?? 0, performance.now() - began)
    }
  }
  expect(Math.max(...fastest) / Math.min(...fastest)).toBeLessThan(1.6)
})
