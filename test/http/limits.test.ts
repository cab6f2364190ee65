import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'

// Limits go by client: an IPv4 address, or the /64 that an IPv6 client has all of.
test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::FFFF:192.0.2.1', '::ffff:192.0.2.2', false],
  ['2001:db8:1:2:3:4:5:6', '2001:0DB8:0001:0002::1', true],
  ['2001:db8:1:2::', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8:0:0:9::', true],
  ['1::2:3:4:5:6:7', '1:0:2:3:9:9:9:9', true],
  ['::1', '::2', true],
  ['::', '::1', true],
  ['1::2:3:4:5.6.7.8', '1:0:0:2:9::', true],
  ['::ffff:c000:201', '192.0.2.1', true],
  ['0:0:0:0:0:FFFF:192.0.2.1', '192.0.2.2', false],
  ['unknown', 'unknown', true],
  ['unknown', '192.0.2.1', false],
])('%s and %s are one client: %s', async (first, second, isOne) => {
  const { call } = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  const ask = (username: string, from: string) =>
    call('POST', '/request_password_reset', { body: { username }, from })
  for (let number = 0; number < 10; number += 1) await ask(`nobody${number}`, first)
  expect((await ask('somebody', second)).status).toBe(isOne ? 429 : 404)
})

test('all of an IPv6 site are sixteen clients together, and whoever is refused alone takes nothing from them', async () => {
  const { call } = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  const ask = async (network: number, site = 1) => {
    const from = `2001:db8:${site}:${network.toString(16)}::1`
    return (await call('POST', '/registrations', { body: {}, from })).status
  }
  const insistent = [await ask(0), await ask(0), await ask(0), await ask(0), await ask(0)]
  expect(insistent).toEqual([201, 201, 201, 429, 429])
  for (let network = 1; network <= 45; network += 1) expect(await ask(network)).toBe(201)
  expect(await ask(46)).toBe(429)
  expect(await ask(46, 2)).toBe(201)
})
