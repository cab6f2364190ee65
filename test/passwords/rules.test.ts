import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgePassword, toPersonalWords, typedPassword } from '../../lib/passwords/rules.ts'

const listed = ['P@ssw0rd123', '1qaz@wsx']
const commonPasswords = {
  contains: async (password: string) => listed.some((entry) => entry.includes(password)),
}
const personal = toPersonalWords({
  username: 'robin.k',
  displayName: 'Jo Łuczak-Smith',
  address: 'rk77+gate@example.org',
  communityName: 'Blue Shark Land',
})

function judge(password: string) {
  return judgePassword(password, { commonPasswords, personal })
}

test.each([
  'Tr4velling!',
  'xK7 river',
  'aB3äaaaa',
  `aB3!${'x'.repeat(68)}`,
  'Zug um 7 Uhr 😀',
  '-Leading1',
])('%j is a good password', async (password) => {
  expect(await judge(password)).toBeUndefined()
})

test.each([
  ['password_too_short', ''],
  ['password_too_short', 'aB3!567'],
  ['password_too_short', 'aB3😀😀😀😀'],
  ['password_too_long', `aB3!${'x'.repeat(69)}`],
  ['password_too_long', `aB3!${'é'.repeat(40)}`],
  ['password_too_long', 'aB3!'.repeat(50_000)],
  ['password_too_simple', 'travelling!4'],
  ['password_too_simple', 'Travelling!'],
  ['password_too_simple', 'Travelling4'],
  ['password_unprintable', 'Tr4velling!\n'],
  ['password_unprintable', 'Tr4velling!\u0000'],
  ['password_unprintable', 'Tr4vel\u0007ling!'],
  ['password_unprintable', 'Tr4velling!\u2028'],
  ['password_unprintable', 'Tr4velling!\ud800'],
  ['password_common', 'P@ssw0rd123'],
  ['password_common', 'P@ssw0rd1'],
  ['password_common', '1QAZ@wsx'],
  ['password_personal', 'Robin.K-2024'],
  ['password_personal', 'xxŁUCZAK1!a'],
  ['password_personal', 'mySMITH99!'],
  ['password_personal', 'aRK77+gate!B'],
  ['password_personal', 'aA1!rk77xx'],
  ['password_personal', 'BlueSharkLand1!'],
  ['password_personal', 'blue shark LAND 1'],
])('%s is the answer to %j', async (code, password) => {
  expect(await judge(password)).toBe(code)
})

test('parts of names too short to guess by are no reason to refuse', async () => {
  const short = toPersonalWords({
    username: 'jo',
    displayName: 'Jo Li Kim',
    address: null,
    communityName: 'abc',
  })
  expect(short).toEqual([])
})

test('whatever is accepted has 8 characters of all four classes and fits into bcrypt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 90 }), async (password) => {
      if ((await judge(password)) !== undefined) return
      expect([...password].length).toBeGreaterThanOrEqual(8)
      expect(Buffer.byteLength(password)).toBeLessThanOrEqual(72)
      for (const one of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(password).toMatch(one)
    }),
  )
})

test('a password of 100 kB is refused without trying every split', async () => {
  const start = performance.now()
  expect(await judge('aB3!'.repeat(25_000))).toBe('password_too_long')
  expect(performance.now() - start).toBeLessThan(2_000)
})

test('a typed password is taken as it is, with its spaces', () => {
  expect(typedPassword().parse('  aB3! ')).toBe('  aB3! ')
  expect(typedPassword().safeParse('').success).toBe(false)
})
