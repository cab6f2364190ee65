import fc from 'fast-check'
import { expect, test } from 'vitest'
import { username } from '../../lib/accounts/rules.ts'
import { matrixLocalpart, matrixServerName, toMatrixId } from '../../lib/matrix/localpart.ts'
import { allowedSigns, refusedSigns } from './published-signs.ts'

const server = 'lantern.example'
const isLocalpart = (name: string, serverName = server) =>
  matrixLocalpart(serverName).safeParse(name).success

test('the published lists are whole', () => {
  expect(refusedSigns).toHaveLength(15)
  expect(allowedSigns).toHaveLength(7)
})

test.each(refusedSigns)('%j is refused anywhere in a localpart', (sign) => {
  for (const name of [`${sign}user`, `us${sign}er`, `user${sign}`, sign]) {
    expect(isLocalpart(name), JSON.stringify(name)).toBe(false)
  }
})

test.each([...allowedSigns, '+'])('%j is allowed in a localpart', (sign) => {
  expect(isLocalpart(`chrtestuser${sign}`)).toBe(true)
})

test('of ASCII only a to z, 0 to 9 and seven signs are allowed', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
  const allowed = ascii.filter((sign) => isLocalpart(sign)).join('')
  expect(allowed).toBe('+-./0123456789=_abcdefghijklmnopqrstuvwxyz')
})

test.each(['', 'user-UPPER', 'us,er', 'user name', 'user\n', 'ｒobin', 'ⅰrobin', 'robin\u0000'])(
  '%j is no localpart',
  (name) => {
    expect(isLocalpart(name)).toBe(false)
  },
)

test('an id of 255 bytes with its server is the longest', () => {
  const longest = 'x'.repeat(255 - toMatrixId('', server).length)
  expect(toMatrixId(longest, server)).toHaveLength(255)
  expect(isLocalpart(longest)).toBe(true)
  expect(isLocalpart(`${longest}x`)).toBe(false)
  expect(isLocalpart(longest, `${server}:8448`)).toBe(false)
})

test('every username of ours is a localpart, whatever the server is called', () => {
  const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{1,8}(?:[._][A-Za-z0-9]{1,4}){0,2}$/)
  fc.assert(
    fc.property(part, fc.integer({ min: 1, max: 230 }), (name, length) => {
      const accepted = username().safeParse(name)
      return !accepted.success || isLocalpart(accepted.data, 'x'.repeat(length))
    }),
  )
})

test('a long name costs no time', () => {
  const began = performance.now()
  for (const name of ['a'.repeat(1_000_000), `${'a.'.repeat(100_000)}!`]) isLocalpart(name)
  expect(performance.now() - began).toBeLessThan(50)
})

test.each([
  'lantern.example',
  'lantern.example:8448',
  'localhost',
  '192.0.2.1:80',
  '[2001:db8::1]:8448',
])('%s is the name of a server', (name) => {
  expect(matrixServerName().safeParse(name).success).toBe(true)
})

test.each([
  '',
  'a b',
  'https://a.example',
  'a.example/',
  '@a:b.example',
  'a.example:',
  'x'.repeat(253),
])('%j is no name of a server', (name) => {
  expect(matrixServerName().safeParse(name).success).toBe(false)
})
