import { describe, expect, test } from 'vitest'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { hashToken } from '../../lib/crypto/token.ts'
import { requestReset } from '../../lib/passwords/request-reset.ts'
import { linkIn, tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const minute = 60_000
const day = 24 * 60 * minute
const html = { accept: 'text/html' }
const resetUses = {
  clock: systemClock,
  random: systemRandom,
  log: jsonLog,
  doorbell: sqsDoorbell,
  sealer: ringSealer,
}

function ask({ call }: TestWorld, username: string, from?: string) {
  return call('POST', '/request_password_reset', { body: { username }, ...(from ? { from } : {}) })
}

/** Asks for a link for robin and gives the token of the mail that comes. */
async function newLink(world: TestWorld): Promise<string> {
  const before = (await world.mails()).length
  expect((await ask(world, 'robin')).status).toBe(200)
  await world.wake('post')
  const mails = await world.mails()
  expect(mails).toHaveLength(before + 1)
  const known = new Set(tokensSeen.get(world) ?? [])
  const token = mails.map(tokenIn).find((one) => one !== '' && !known.has(one)) ?? ''
  tokensSeen.set(world, [...known, token])
  return token
}

const tokensSeen = new WeakMap<TestWorld, readonly string[]>()

async function newWorldWithRobin() {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  return world
}

describe('asking for a link', () => {
  test('mails one to the address of the account, whoever asks and however they write the name', async () => {
    const world = await newWorldWithRobin()
    const answer = await ask(world, 'ROBIN')
    expect([answer.status, answer.body]).toEqual([200, { message: expect.any(String) }])
    expect(await world.mails()).toEqual([])
    await world.wake('post')
    const [mail, ...others] = await world.mails()
    expect(others).toEqual([])
    expect(mail?.to).toEqual(['robin@elsewhere.example'])
    expect(linkIn(mail)).toMatch(/^https:\/\/gatehouse\.example\/password_reset\?token=[\w-]{43}$/)
  })

  test.each([
    'nobody',
    'signup.site',
    'gone.robin',
    'failed.robin',
    'robin@elsewhere.example',
    '*',
  ])('for %j is 404', async (username) => {
    const world = await newWorldWithRobin()
    await world.addAccount({ username: 'signup.site', role: 'service' })
    await world.addAccount({ username: 'gone.robin', state: 'gone' })
    await world.addAccount({ username: 'failed.robin', usedOnHost: false })
    await world.database.accounts.update('failed.robin', { state: 'failed', releaseName: true })
    const answer = await ask(world, username)
    expect([answer.status, answer.body]).toEqual([404, { error: expect.any(String), code: 404 }])
    await world.wake('post')
    expect(await world.mails()).toEqual([])
  })

  test.each([
    ['without an address', { address: null }],
    ['whose address gave mail back', { addressState: 'bounced' }],
    ['whose owner complained about our mail', { addressState: 'complained' }],
    ['that is suspended', { state: 'suspended' }],
  ] as const)('for an account %s is 200 all the same, and staff are told', async (_, wish) => {
    const world = await newTestWorld()
    await world.addAccount({ username: 'robin', ...wish })
    const answer = await ask(world, 'robin')
    expect([answer.status, answer.body]).toEqual([200, { message: expect.any(String) }])
    await world.wake('post')
    expect(await world.mails()).toEqual([])
    expect(world.chat()).toHaveLength(1)
    expect(JSON.stringify(world.chat())).toContain('robin')
  })

  test('for such an account tells staff once a day, and every answer is the same', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:30:00Z') })
    await world.addAccount({ username: 'robin', address: null })
    await world.addAccount({ username: 'sandy', addressState: 'bounced' })
    const answers = new Set<string>()
    const askAgain = async (username: string) => {
      const { status, text } = await ask(world, username)
      answers.add(`${status} ${text}`)
      await world.wake('post')
      world.clock.advance(60 * minute)
    }
    for (let hour = 0; hour < 23; hour += 1) await askAgain('robin')
    expect(world.chat()).toHaveLength(1)
    await askAgain('sandy')
    expect(world.chat()).toHaveLength(2)
    await askAgain('robin')
    expect(world.chat()).toHaveLength(3)
    expect(answers.size).toBe(1)
    // Each ask leaves one task, so that the first of a day does no more than the others.
    expect(await world.db.collection('logs').countDocuments()).toBe(25)
    expect(await world.db.collection('logs').countDocuments({ status: 'finished' })).toBe(3)
  })

  test('tells staff again where it could not be noted that they know', async () => {
    const world = await newTestWorld()
    await world.addAccount({ username: 'robin', address: null })
    const uses = await openPorts(resetUses, world.world)
    const { database } = world
    const makeKnown = () => Promise.reject(new Error('The database is gone'))
    const counters = { ...database.counters, makeKnown }
    for (const _ of [1, 2]) {
      await requestReset({ ...uses, database: { ...database, counters } }, 'robin')
    }
    await world.wake('post')
    expect(world.chat()).toHaveLength(2)
  })

  test('is allowed three times an hour for one account, from wherever', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
    await world.addAccount({ username: 'robin' })
    for (const number of [1, 2, 3]) {
      expect((await ask(world, number === 2 ? 'Robin' : 'robin', `192.0.2.${number}`)).status).toBe(
        200,
      )
    }
    const tooMuch = await ask(world, 'robin', '192.0.2.4')
    expect([tooMuch.status, tooMuch.body]).toEqual([429, { error: expect.any(String), code: 429 }])
    expect(tooMuch.headers['retry-after']).toBe('3600')
    await world.wake('post')
    expect(await world.mails()).toHaveLength(3)
    world.clock.advance(60 * minute)
    expect((await ask(world, 'robin', '192.0.2.4')).status).toBe(200)
  })

  test('is counted for unknown names as for known ones', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
    const statuses = []
    for (const number of [1, 2, 3, 4]) {
      statuses.push((await ask(world, 'nobody', `192.0.2.${number}`)).status)
    }
    expect(statuses).toEqual([404, 404, 404, 429])
  })

  test('is allowed ten times an hour for one client, for whatever names', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
    await world.addAccount({ username: 'robin' })
    for (let number = 0; number < 10; number += 1) {
      expect((await ask(world, `nobody${number}`, '192.0.2.7')).status).toBe(404)
    }
    expect((await ask(world, 'robin', '192.0.2.7')).status).toBe(429)
    expect((await ask(world, 'robin', '192.0.2.8')).status).toBe(200)
  })

  test('brings a mail in the language of the account', async () => {
    const world = await newTestWorld()
    await world.addAccount({ username: 'robin', language: 'de' })
    const headers = { 'accept-language': 'en' }
    await world.call('POST', '/request_password_reset', { body: { username: 'robin' }, headers })
    await world.wake('post')
    expect((await world.mails())[0]?.text).toMatch(/\b(?:und|dein|Passwort)\b/)
  })
})

describe('a link', () => {
  test('leads on to the page that sets the password', async () => {
    const world = await newWorldWithRobin()
    const token = await newLink(world)
    for (const path of ['/reset_password', '/reset_password/']) {
      const answer = await world.call('GET', `${path}?token=${token}`)
      expect([answer.status, answer.headers['location']]).toEqual([
        302,
        `/password_reset?token=${token}`,
      ])
      expect(answer.headers['referrer-policy']).toBe('no-referrer')
    }
    const page = await world.call('GET', `/password_reset?token=${token}`, { headers: html })
    expect(page.status).toBe(200)
    expect(page.text).toContain('name="new_password"')
    expect(page.text).not.toMatch(/<script|\son\w+=|https?:\/\/(?!gatehouse)/)
  })

  const dead: ReadonlyArray<
    readonly [string, (world: TestWorld) => Promise<string>, number, number]
  > = [
    ['an unknown one', async () => 'A'.repeat(43), 400, 900],
    ['a mangled one', async (world) => (await newLink(world)).slice(0, -1), 400, 900],
    ['one in other letters', async (world) => (await newLink(world)).toUpperCase(), 400, 900],
    ['its stored form', async (world) => hashToken(await newLink(world)), 400, 900],
    [
      'an older one',
      async (world) => {
        const token = await newLink(world)
        await newLink(world)
        return token
      },
      400,
      900,
    ],
    [
      'one of an account that was suspended since',
      async (world) => {
        const token = await newLink(world)
        await world.database.accounts.update('robin', { state: 'suspended' })
        return token
      },
      400,
      900,
    ],
    [
      'one of an account that is gone',
      async (world) => {
        const token = await newLink(world)
        await world.database.accounts.update('robin', { state: 'gone' })
        return token
      },
      400,
      900,
    ],
    [
      'one that is an hour old',
      async (world) => {
        const token = await newLink(world)
        world.clock.advance(60 * minute)
        return token
      },
      410,
      901,
    ],
    [
      'one that is 30 days old',
      async (world) => {
        const token = await newLink(world)
        world.clock.advance(30 * day)
        return token
      },
      410,
      901,
    ],
  ]

  test.each(dead)(
    'that is %s is refused, and the page says what to do',
    async (_, make, status, code) => {
      const world = await newWorldWithRobin()
      const token = await make(world)
      const looked = await world.call('GET', `/reset_password?token=${token}`)
      expect([looked.status, looked.body]).toEqual([status, { error: expect.any(String), code }])
      const page = await world.call('GET', `/password_reset?token=${token}`, { headers: html })
      expect(page.status).toBe(200)
      expect(page.text).not.toContain('name="new_password"')
      const body = { token, new_password: 'Kastanie-7-Regenbogen' }
      const used = await world.call('POST', '/password_reset', { body })
      expect([used.status, used.body]).toEqual([status, { error: expect.any(String), code }])
      const form = await world.call('POST', '/password_reset', { form: body, headers: html })
      expect([form.status, form.headers['content-type']]).toEqual([
        status,
        'text/html; charset=utf-8',
      ])
      expect(form.text).not.toContain('name="new_password"')
    },
  )

  test('works until its last millisecond', async () => {
    const world = await newWorldWithRobin()
    const token = await newLink(world)
    world.clock.advance(60 * minute - 1)
    expect((await world.call('GET', `/reset_password?token=${token}`)).status).toBe(302)
  })

  test('without its token is 400, and the page says what to do', async () => {
    const world = await newTestWorld()
    for (const path of ['/reset_password', '/reset_password?token=']) {
      const answer = await world.call('GET', path)
      expect([answer.status, answer.body]).toEqual([400, { error: expect.any(String), code: 400 }])
    }
    for (const path of ['/password_reset', '/password_reset?token=', '/password_reset/']) {
      expect((await world.call('GET', path, { headers: html })).status).toBe(200)
    }
    const posted = await world.call('POST', '/password_reset', {
      body: { new_password: 'Kastanie-7-Regenbogen' },
    })
    expect(posted.status).toBe(400)
  })

  test('of somebody else stays good when robin asks', async () => {
    const world = await newWorldWithRobin()
    await world.addAccount({ username: 'alex' })
    await ask(world, 'alex')
    await world.wake('post')
    const [mail] = await world.mails()
    await newLink(world)
    expect((await world.call('GET', `/reset_password?token=${tokenIn(mail)}`)).status).toBe(302)
  })

  test('is kept for 30 days past its end, as a hash', async () => {
    const world = await newWorldWithRobin()
    const token = await newLink(world)
    const stored = await world.db.collection('links').find().toArray()
    expect(JSON.stringify(stored)).not.toContain(token)
    const [link] = stored
    expect(link?.['purgeAt'].getTime() - link?.['expiresAt'].getTime()).toBe(30 * day)
    const indexes = await world.db.collection('links').indexes()
    expect(indexes.find(({ key }) => 'purgeAt' in key)).toMatchObject({ expireAfterSeconds: 0 })
  })

  test('is not used by those who only look', async () => {
    const world = await newWorldWithRobin()
    const token = await newLink(world)
    const before = await everythingIn(world)
    for (const path of ['/reset_password', '/password_reset', '/password_reset/']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET']) {
        const headers = { 'user-agent': 'SafeLinks', ...html }
        await world.call(method, `${path}?token=${token}`, { headers })
      }
    }
    expect(await everythingIn(world)).toEqual(before)
    const body = { token, new_password: 'Kastanie-7-Regenbogen' }
    expect((await world.call('POST', '/password_reset', { body })).status).toBe(200)
  })
})

async function everythingIn({ db }: TestWorld) {
  const names = (await db.collections()).map(({ collectionName }) => collectionName).sort()
  return Promise.all(
    names.map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]),
  )
}
