import { expect, test } from 'vitest'
import { usualPassword } from '../support/people.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const wrong = 'Wrong-Horse-7'

test('the right password gets a token of 15 minutes that says the role', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const answer = await signIn(world, 'robin', usualPassword)
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    expires_in: 900,
    role: 'member',
  })
  const upper = await signIn(world, 'ROBIN', usualPassword)
  expect(upper.status).toBe(200)
  expect(upper.body.access_token).not.toBe(answer.body.access_token)
})

const causes = [
  ['a wrong name', { username: 'nobody' }, usualPassword],
  ['a wrong password', {}, wrong],
  ['an account without a password', { passwordHash: null }, wrong],
  ['a provisioning account', { state: 'provisioning', passwordHash: null }, ''],
  ['a failed account', { state: 'failed' }, usualPassword],
  ['a suspended account', { state: 'suspended' }, usualPassword],
  ['a leaving account', { state: 'leaving' }, usualPassword],
  ['a gone account', { state: 'gone' }, usualPassword],
  ['a password with a blank behind it', {}, `${usualPassword} `],
  ['a password with a NUL behind it', {}, `${usualPassword}\0`],
  ['a password of more than 72 bytes', {}, usualPassword + 'x'.repeat(72)],
] as const

test('nobody learns from the answer why it is no', async () => {
  const world = await newTestWorld()
  const answers: unknown[] = []
  for (const [index, [cause, wish, password]] of causes.entries()) {
    const username = `robin${index}`
    if (cause !== 'a wrong name') await world.addAccount({ ...wish, username })
    const { status, headers, text } = await signIn(world, username, password || 'x')
    const { date, 'x-request-id': own, 'apigw-requestid': gateway, ...rest } = headers
    answers.push({ status, headers: rest, text })
  }
  const [first, ...others] = answers
  expect(first).toMatchObject({ status: 401, text: '{"msg":"Bad username or password"}' })
  expect(others).toEqual(others.map(() => first))
})

test('nobody learns from the time why it is no', async () => {
  const world = await newTestWorld({ hasRealHashes: true })
  const kinds = {
    wrongName: undefined,
    wrongPassword: {},
    noPassword: { passwordHash: null },
  } as const
  const times = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]))
  await signIn(world, 'warm.up', wrong)
  for (const round of [1, 2, 3, 4, 5]) {
    for (const [kind, wish] of Object.entries(kinds)) {
      const username = `${kind}${round}`.toLowerCase()
      if (wish) await world.addAccount({ username, ...wish })
      const begun = performance.now()
      await signIn(world, username, wrong)
      times.get(kind)?.push(performance.now() - begun)
    }
  }
  const medians = [...times.values()].map((values) => values.sort((a, b) => a - b)[2] ?? 0)
  // Without the work of a real check the shortest would be a hundredth of the longest.
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(2)
})

const strange = [
  '',
  ' robin',
  'robin ',
  'robin\0',
  'röbin',
  '\u202erobin',
  'robin\n',
  '\ud800',
  '$gt',
  '../robin',
  '*',
  '(uid=*)',
]

test.each(strange)('%j is no name of the account robin', async (username) => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const answer = await world.call('POST', '/login', { body: { username, password: usualPassword } })
  expect(username === '' ? [400] : [401]).toContain(answer.status)
  expect(answer.body).toEqual({ msg: expect.any(String) })
})

let clients = 0

/** Each try comes from a client of its own, so that only the account's own limit counts. */
function signIn({ call }: TestWorld, username: string, password: string) {
  clients += 1
  const from = `198.51.${Math.floor(clients / 250)}.${clients % 250}`
  return call('POST', '/login', { body: { username, password }, from })
}
