import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const wish = {
  username: 'robin',
  display_name: 'Robin Ash',
  recovery_email: 'robin@mail.example',
  discord_username: 'robin.k',
  referral_code: 'abc-123',
}
const task = { message: expect.any(String), task_id: expect.stringMatching(/^[\w-]{22}$/) }

async function ask({ call, as }: TestWorld, change: Readonly<Record<string, unknown>> = {}) {
  return call('POST', '/create_user', { body: { ...wish, ...change }, token: await as('service') })
}

test('an account is reserved, and its creation queued, both as they were asked for', async () => {
  const world = await newTestWorld()
  const answer = await ask(world, { username: 'Robin' })
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({ ...task, task_url: `/tasks/${answer.body.task_id}` })
  expect(await world.database.accounts.find('robin')).toMatchObject({
    username: 'robin',
    displayName: 'Robin Ash',
    address: 'robin@mail.example',
    discordName: 'robin.k',
    referralCode: 'abc-123',
    role: 'member',
    state: 'provisioning',
    tier: 'starter',
    passwordHash: null,
    createdBy: 'signup.site',
  })
  expect(await tasksOf(world)).toMatchObject([
    { action: 'user_create', requestedBy: 'signup.site' },
  ])
})

describe('a field that is not valid is named and keeps nothing', () => {
  const text = (length: number) => 'a'.repeat(length)
  const refused = {
    username: [
      undefined,
      '',
      'a',
      text(21),
      '1robin',
      '_robin',
      'robin_',
      'ro..bin',
      'ro-bin',
      'ro bin',
      'röbin',
      'robin\n',
      '-rf',
      '--help',
      '.',
      'a*',
      'a)(uid=*',
      '$(id)',
      'ro\u0000bin',
      '\u0440obin',
      text(10_000),
    ],
    display_name: [
      undefined,
      '',
      ' ',
      text(61),
      text(10_000),
      'Robin\nAsh',
      'Robin\u0000',
      '<b>Robin</b>',
      'Robin; id',
      '$(id)',
      '@everyone',
      'Robin\u202eAsh',
      '-Robin',
      "'",
      '😀',
      'Admin',
      'Robin (Staff)',
    ],
    recovery_email: [
      undefined,
      '',
      'robin',
      'robin@',
      '@mail.example',
      'a@b.c\r\nBcc: x@y.z',
      'a@b.example,x@y.example',
      '<robin@mail.example>',
      'Robin <robin@mail.example>',
      'm\u0131ke@mail.example',
      `${text(65)}@mail.example`,
      `robin@${text(250)}.example`,
      'robin@mail.example ',
      'robin@[127.0.0.1]',
      'robin@localhost',
    ],
    discord_username: ['', text(41), '@everyone', '<@&1>', 'a\nb', '`x`', '[x](http://e.example)'],
    referral_code: ['', text(65), 'a b', '$gt', '../x', 'ä'],
    tier: ['', 'gold', 'starter '],
  }
  const table = Object.entries(refused).flatMap(([field, values]) =>
    values.map((value) => [field, value] as const),
  )

  test.each(Object.keys(refused))('%s', async (field) => {
    const world = await newTestWorld()
    for (const [, value] of table.filter(([name]) => name === field)) {
      const answer = await ask(world, { [field]: value })
      expect([answer.status, answer.body], String(value).slice(0, 40)).toEqual([
        400,
        { error: expect.stringMatching(/\w/), code: 400, field },
      ])
      expect(answer.body.error).not.toContain(text(100))
    }
    expect(await tasksOf(world)).toEqual([])
    expect(await world.database.accounts.find('robin')).toBeUndefined()
  })
})

describe('a username is taken', () => {
  const reserved = [
    'root',
    'admin',
    'admins',
    'webmaster',
    'postmaster',
    'abuse',
    'www.data',
    'mail',
    'daemon',
    'nobody',
    'support',
    'noreply',
    'security',
    'staff',
    'ADMIN',
    'adm1n',
    'r00t',
    'all_users',
    'yunohost',
    'autoconfig',
    'gatehouse',
    'moderator',
    'my_webapp',
  ]

  test('when the host, a role or staff have it', async () => {
    const world = await newTestWorld()
    for (const username of reserved) expectTaken(await ask(world, { username }), username)
    expect(await tasksOf(world)).toEqual([])
  })

  test('when an account has it, whatever its state but gone', async () => {
    const world = await newTestWorld()
    const states = [
      'applied',
      'approved',
      'provisioning',
      'active',
      'suspended',
      'leaving',
      'gone',
    ] as const
    for (const [number, state] of states.entries()) {
      await world.addAccount({ username: `name${number}`, state })
      expectTaken(await ask(world, { username: `name${number}` }), state)
      expectTaken(await ask(world, { username: `NAME${number}` }), state)
    }
    expect(await tasksOf(world)).toEqual([])
  })

  test('when somebody shows that name', async () => {
    const world = await newTestWorld()
    await world.addAccount({ username: 'alex', displayName: 'Robin' })
    expectTaken(await ask(world), 'display name')
  })

  test('when it was asked for before', async () => {
    const world = await newTestWorld()
    expect((await ask(world)).status).toBe(201)
    expectTaken(
      await ask(world, { recovery_email: 'other@mail.example', display_name: 'Other' }),
      'again',
    )
  })
})

test("a display name that is the username of somebody else is refused, one's own is not", async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'alex' })
  for (const display_name of ['alex', 'Alex', 'ALEX']) {
    const answer = await ask(world, { display_name })
    expect(answer).toMatchObject({ status: 400, body: { code: 400, field: 'display_name' } })
  }
  expect((await ask(world, { display_name: 'Robin' })).status).toBe(201)
})

test('two people may show the same name', async () => {
  const world = await newTestWorld()
  expect((await ask(world)).status).toBe(201)
  const other = { username: 'other', recovery_email: 'other@mail.example' }
  expect((await ask(world, other)).status).toBe(201)
})

test('an address belongs to one living account', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'alex', address: 'Robin@Mail.Example' })
  await world.addAccount({ username: 'none', address: null })
  const answer = await ask(world)
  expect(answer).toMatchObject({ status: 400, body: { code: 400, field: 'recovery_email' } })
  expect(await tasksOf(world)).toEqual([])
  await world.database.accounts.update('alex', { state: 'gone' })
  expect((await ask(world)).status).toBe(201)
})

test('every good wish is taken as it is', async () => {
  const world = await newTestWorld()
  const name = fc.stringMatching(/^[a-z]{3,6}[0-9]{2}(?:[._][a-z]{2,5}[0-9]{2})?$/)
  const shown = fc.stringMatching(/^[A-Z][a-zäöüéñ]{2,8}(?:[ '-][A-ZÉ][a-zß]{2,8})?$/)
  let count = 0
  await fc.assert(
    fc.asyncProperty(name, shown, async (part, display_name) => {
      count += 1
      const username = `${part.slice(0, 15)}x${count}`
      const answer = await askForAccount(world, {
        username,
        display_name: `${display_name} ${count}`,
      })
      expect(answer.status, `${username} ${display_name}: ${answer.text}`).toBe(201)
    }),
    { numRuns: 25 },
  )
})

function expectTaken(answer: { status: number; body: unknown }, what: string) {
  expect([answer.status, answer.body], what).toEqual([
    432,
    { error: expect.any(String), code: 432 },
  ])
}

function tasksOf({ db }: TestWorld) {
  return db.collection('tasks_queue').find({ action: 'user_create' }).toArray()
}
