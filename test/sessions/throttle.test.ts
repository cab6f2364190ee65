import { expect, test } from 'vitest'
import { signInKey } from '../../lib/sessions/sign-in-key.ts'
import type { CallAnswer } from '../support/call.ts'
import { usualPassword } from '../support/people.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const wrong = 'Wrong-Horse-7'
const second = 1000

test.each([
  ['known', 'robin'],
  ['unknown', 'nobody'],
])('of 50 guesses at once for a name that is %s, five are judged', async (_, username) => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, guess) =>
      signIn(world, username, `Guess-${guess}`, `192.0.2.${guess}`),
    ),
  )
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array(5).fill(401), ...Array(45).fill(429)])
  const refused = answers.filter(({ status }) => status === 429)
  for (const { headers, body } of refused) {
    expect(body).toEqual({ msg: expect.any(String) })
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(30)
  }
})

test('past five wrong ones the right password waits too, each time twice as long, then it counts again from nothing', async () => {
  const world = await newTestWorld({ now: new Date() })
  await world.addAccount({ username: 'robin' })
  await fail(world, 'robin', 5)
  for (const wait of [30, 60, 120]) {
    expectWait(await signIn(world, 'robin', usualPassword), wait)
    world.clock.advance((wait - 1) * second)
    expectWait(await signIn(world, 'robin', usualPassword), 1)
    world.clock.advance(second)
    if (wait === 120) break
    expect((await signIn(world, 'robin', wrong)).status).toBe(401)
  }
  expect((await signIn(world, 'robin', usualPassword)).status).toBe(200)
  await fail(world, 'robin', 4)
  expect((await signIn(world, 'robin', usualPassword)).status).toBe(200)
})

test('the wait ends at an hour, and after a hundred wrong ones only a link helps', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  await fail(world, 'robin', 99)
  expectWait(await signIn(world, 'robin', usualPassword), 3600)
  world.clock.advance(3600 * second)
  await fail(world, 'robin', 1)
  world.clock.advance(29 * 24 * 3600 * second)
  expect((await signIn(world, 'robin', usualPassword)).status).toBe(429)
})

test('a capital letter makes no other name of it', async () => {
  const world = await newTestWorld({ now: new Date() })
  await fail(world, 'robin', 5)
  expectWait(await signIn(world, 'RoBiN', wrong), 30)
})

test('one name that waits keeps nobody else waiting', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'alex' })
  await fail(world, 'robin', 5)
  expect((await signIn(world, 'alex', usualPassword)).status).toBe(200)
})

test('one client may try 20 times in five minutes, with whatever names', async () => {
  const now = new Date('2030-01-01T00:00:00Z')
  const world = await newTestWorld({ now })
  await world.addAccount({ username: 'robin' })
  // A name that waits costs no hash.
  await fail(world, 'nobody', 5)
  for (let tries = 0; tries < 20; tries += 1) {
    expectWait(await signIn(world, 'nobody', wrong, '203.0.113.5'), 30)
  }
  expectWait(await signIn(world, 'robin', usualPassword, '203.0.113.5'), 300)
  expect((await signIn(world, 'robin', usualPassword, '203.0.113.6')).status).toBe(200)
  world.clock.advance(300 * second)
  expect((await signIn(world, 'robin', usualPassword, '203.0.113.5')).status).toBe(200)
})

test('who signed in before is let in through the wrong guesses of others, from every address of the same network', async () => {
  const world = await newTestWorld({ now: new Date() })
  await world.addAccount({ username: 'robin' })
  const home = '2001:db8:1:1::a'
  expect((await signIn(world, 'robin', usualPassword, home)).status).toBe(200)
  await fail(world, 'robin', 6)
  expect((await signIn(world, 'robin', usualPassword)).status).toBe(429)
  expect((await signIn(world, 'robin', usualPassword, home)).status).toBe(200)
  expect((await signIn(world, 'robin', usualPassword, '2001:db8:1:1::b')).status).toBe(200)
  expect((await signIn(world, 'robin', usualPassword, '2001:db8:1:2::a')).status).toBe(429)
})

test('nobody keeps their neighbours of an IPv6 site from signing in', async () => {
  const world = await newTestWorld({ now: new Date() })
  await world.addAccount({ username: 'robin' })
  const guesses = Array.from({ length: 17 * 20 }, (_, guess) => guess)
  for (const guess of guesses) {
    const network = (guess % 17).toString(16)
    await signIn(world, `nobody${guess}`, wrong, `2001:db8:1:${network}::1`)
  }
  expect((await signIn(world, 'robin', usualPassword, '2001:db8:1:ff00::a')).status).toBe(200)
}, 30_000)

test('the 2^64 addresses of one IPv6 client are one client', async () => {
  const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  await fail(world, 'nobody', 5)
  for (let tries = 0; tries < 20; tries += 1) {
    await signIn(world, 'nobody', wrong, `2001:db8:1:2::${tries.toString(16)}`)
  }
  expectWait(await signIn(world, 'nobody', wrong, '2001:db8:1:2:ffff::1'), 300)
  expectWait(await signIn(world, 'nobody', wrong, '2001:db8:1:3::1'), 30)
})

test('a body that is refused counts for nothing', async () => {
  const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  await world.addAccount({ username: 'robin' })
  for (let tries = 0; tries < 30; tries += 1) {
    const answer = await world.call('POST', '/login', {
      body: { username: 'robin', password: 7 },
      from: '203.0.113.5',
    })
    expect(answer.status).toBe(400)
  }
  expect((await signIn(world, 'robin', usualPassword, '203.0.113.5')).status).toBe(200)
})

let clients = 0

function signIn({ call }: TestWorld, username: string, password: string, from?: string) {
  clients += 1
  const other = `198.51.${Math.floor(clients / 250)}.${clients % 250}`
  return call('POST', '/login', { body: { username, password }, from: from ?? other })
}

/** So many wrong passwords as the counter sees them, without the hashes that they cost. */
async function fail({ database, clock }: TestWorld, username: string, times: number) {
  for (let tries = 0; tries < times; tries += 1) {
    const { retryAt } = await database.counters.tryOnce(signInKey(username), clock.now())
    if (retryAt === undefined) continue
    clock.set(retryAt)
    tries -= 1
  }
}

function expectWait({ status, headers, body }: CallAnswer, seconds: number) {
  expect([status, Number(headers['retry-after'])], JSON.stringify(body)).toEqual([429, seconds])
}
