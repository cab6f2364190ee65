import { describe, expect, test } from 'vitest'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const wish = {
  username: 'robin',
  display_name: 'Robin Ash',
  recovery_email: 'robin@mail.example',
  discord_username: 'robin.k',
  referral_code: 'abc-123',
}

async function ask({ call, as }: TestWorld, change: Readonly<Record<string, unknown>> = {}) {
  return call('POST', '/create_user', { body: { ...wish, ...change }, token: await as('service') })
}

describe('who may ask', () => {
  test('is services and staff, not members and not nobody', async () => {
    const world = await newTestWorld()
    const token = await world.as('member')
    const member = await world.call('POST', '/create_user', { body: wish, token })
    expect([member.status, member.body]).toEqual([403, { error: expect.any(String), code: 403 }])
    const nobody = await world.call('POST', '/create_user', { body: wish })
    expect([nobody.status, nobody.body]).toEqual([401, { msg: expect.any(String) }])
    expect(await tasksOf(world)).toEqual([])
    for (const [number, role] of (['service', 'staff', 'admin'] as const).entries()) {
      const answer = await world.call('POST', '/create_user', {
        body: {
          username: `robin${number}`,
          display_name: `Robin ${number}`,
          recovery_email: `n${number}@mail.example`,
        },
        token: await world.as(role),
      })
      expect(answer.status, role).toBe(201)
    }
  })

  test('for a tier is staff only', async () => {
    const world = await newTestWorld()
    const service = await ask(world, { tier: 'starter' })
    expect([service.status, service.body.code]).toEqual([403, 403])
    expect(await world.database.accounts.find('robin')).toBeUndefined()
    const token = await world.as('staff')
    const staff = await world.call('POST', '/create_user', {
      body: { ...wish, tier: 'premium' },
      token,
    })
    expect(staff.status).toBe(201)
    expect(await world.database.accounts.find('robin')).toMatchObject({ tier: 'premium' })
  })
})

test('each service may ask so often in an hour, from wherever it asks', async () => {
  const now = new Date('2030-01-01T00:00:00Z')
  const world = await newTestWorld({ now, settings: { CREATE_USER_PER_HOUR: '3' } })
  await world.addAccount({ username: 'second.site', role: 'service' })
  const send = async (number: number, token: string) =>
    world.call('POST', '/create_user', {
      body: {
        username: `robin${number}`,
        display_name: `Robin ${number}`,
        recovery_email: `n${number}@mail.example`,
      },
      token,
      from: `192.0.2.${number}`,
    })
  const first = await world.as('service')
  for (const number of [1, 2, 3]) expect((await send(number, first)).status).toBe(201)
  const tooMuch = await send(4, await world.as('service'))
  expect([tooMuch.status, tooMuch.body]).toEqual([429, { error: expect.any(String), code: 429 }])
  expect(tooMuch.headers['retry-after']).toBe('3600')
  expect(await world.database.accounts.find('robin4')).toBeUndefined()
  expect((await send(5, await world.tokenOf('second.site', 'service'))).status).toBe(201)
  world.clock.advance(3_600_000)
  expect((await send(6, await world.as('service'))).status).toBe(201)
})

test('of 100 requests for one name at once one gets it', async () => {
  const world = await newTestWorld()
  const token = await world.as('service')
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, number) => {
      const body = {
        username: 'robin',
        display_name: `Robin ${number}`,
        recovery_email: `r${number}@mail.example`,
      }
      return world.call('POST', '/create_user', { body, token })
    }),
  )
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([201, ...Array(99).fill(432)])
  expect(await world.db.collection('accounts').countDocuments({ username: 'robin' })).toBe(1)
  expect(await tasksOf(world)).toHaveLength(1)
})

test('of 20 requests for one address at once one gets it', async () => {
  const world = await newTestWorld()
  const token = await world.as('service')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) => {
      const body = {
        username: `robin${number}`,
        display_name: `Robin ${number}`,
        recovery_email: 'robin@mail.example',
      }
      return world.call('POST', '/create_user', { body, token })
    }),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(400)])
  expect(await tasksOf(world)).toHaveLength(1)
})

test('the mail is in the language that the request asked for, else in that of the community', async () => {
  const world = await newTestWorld({ settings: { DEFAULT_LANGUAGE: 'de' } })
  const token = await world.as('service')
  const languages = { robin: 'en-GB,en;q=0.8', alex: 'de-AT, en;q=0.1', kim: 'fr' }
  for (const [username, language] of Object.entries(languages)) {
    const body = {
      username,
      display_name: `Name ${username}`,
      recovery_email: `${username}@mail.example`,
    }
    const headers = { 'accept-language': language }
    expect((await world.call('POST', '/create_user', { body, token, headers })).status).toBe(201)
  }
  await world.runWorkers()
  const mails = await world.mails()
  const german = mails
    .filter(({ text }) => /\b(?:und|dein|Passwort)\b/.test(text))
    .map(({ to }) => to)
  expect(german.flat().sort()).toEqual(['alex@mail.example', 'kim@mail.example'])
  expect(mails).toHaveLength(3)
})

function tasksOf({ db }: TestWorld) {
  return db.collection('tasks_queue').find({ action: 'user_create' }).toArray()
}
