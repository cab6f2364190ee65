import { expect, test } from 'vitest'
import { generatePassword } from '../../lib/registrations/generate-password.ts'

const site = { communityName: 'Lantern' }

test.each([
  ['without a digit and a capital', Array(20).fill(0), 'robin'],
  // The name stands in it: r, o, b, i, n are at these places.
  ['with the username', [...'abcde'].map((_, at) => at).concat(Array(15).fill(30)), 'abcde'],
])('a password that would come out %s is drawn again', async (_, first, username) => {
  const good = Array.from({ length: 20 }, (_value, at) => at * 3)
  const draws = [first, good]
  const random = { bytes: () => Uint8Array.from(draws.shift() ?? []) }
  const password = await generatePassword({ random, site }, username)
  expect(draws).toEqual([])
  expect(password).toMatch(/^\w{5}(-\w{5}){3}$/)
  expect(password).not.toMatch(/^a(a|b)/)
})
