import { describe, expect, test } from 'vitest'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { isPassword } from '../../lib/crypto/password-hash.ts'
import { issueLink } from '../../lib/passwords/issue-link.ts'
import { knownClientKey, signInKey } from '../../lib/sessions/sign-in-key.ts'
import type { CallAnswer } from '../support/call.ts'
import { addForeigner, effectsOf, timesBegun } from '../support/host-tasks.ts'
import { usualPassword } from '../support/people.ts'
import { tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const good = 'Kastanie-7-Regenbogen'
const minute = 60_000
const html = { accept: 'text/html' }

/** A world where robin has a good link. */
async function newWorldWithLink(purpose: 'set_password' | 'reset_password' = 'reset_password') {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', displayName: 'Robin Ashdown' })
  return { world, token: await linkFor(world, 'robin', purpose) }
}

async function linkFor(
  { world, database }: TestWorld,
  username: string,
  purpose: 'set_password' | 'reset_password' = 'reset_password',
) {
  const uses = await openPorts({ clock: systemClock, random: systemRandom }, world)
  return database.transaction((records) => issueLink(uses, records, { username, purpose }))
}

function set({ call }: TestWorld, token: string, password: string, from = '192.0.2.1') {
  return call('POST', '/password_reset', { body: { token, new_password: password }, from })
}

async function hashOf({ database }: TestWorld, username = 'robin') {
  return (await database.accounts.find(username))?.passwordHash ?? null
}

test('the new password counts at once, the old one no more, and a mail without it tells', async () => {
  const { world, token } = await newWorldWithLink()
  const answer = await set(world, token, good)
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      message: expect.any(String),
      task_id: expect.stringMatching(/^[\w-]{22}$/),
      task_token: expect.stringMatching(/^[\w-]{43}$/),
    },
  ])
  const login = (password: string) =>
    world.call('POST', '/login', { body: { username: 'robin', password } })
  expect((await login(usualPassword)).status).toBe(401)
  expect((await login(good)).status).toBe(200)
  await world.runWorkers()
  const { task_id, task_token } = answer.body
  const task = await world.call('GET', `/tasks/${task_id}`, { token: task_token })
  expect(task.body.action).toBe('user_password')
  const [mail, ...others] = await world.mails()
  expect(others.length).toBeLessThan(2)
  expect(mail?.to).toEqual(['robin@elsewhere.example'])
  expect(JSON.stringify([await world.mails(), world.chat(), world.log.lines])).not.toContain(good)
})

describe('the password of an account that the host was never asked for', () => {
  async function newStaffWithLink() {
    const world = await newTestWorld()
    await world.addAccount({ username: 'ada', role: 'staff', usedOnHost: false })
    return { world, token: await linkFor(world, 'ada') }
  }

  test('leaves the account of somebody else with this name on the host alone, and counts here', async () => {
    const { world, token } = await newStaffWithLink()
    await addForeigner(world, 'ada')
    const { status, body } = await set(world, token, good)
    expect([status, body.message]).toEqual([200, 'The password is set.'])
    await world.runWorkers()
    expect(await timesBegun(world, 'user', 'update')).toBe(0)
    expect(await effectsOf(world, 'ada')).not.toContain('user_updated')
    const login = { username: 'ada', password: good }
    expect((await world.call('POST', '/login', { body: login })).status).toBe(200)
    const task = await world.call('GET', `/tasks/${body.task_id}`, { token: body.task_token })
    expect(task.body).toMatchObject({ action: 'send_mail', status: 'finished', error: null })
  })

  test('brings one mail that tells of the change, and nothing to staff', async () => {
    const { world, token } = await newStaffWithLink()
    await set(world, token, good)
    await world.runWorkers()
    const mails = await world.mails()
    expect(mails.map(({ to }) => to)).toEqual([['ada@elsewhere.example']])
    expect(mails.map(tokenIn)).toEqual([''])
    expect(world.chat()).toEqual([])
  })

  test('is set for good on the page at once', async () => {
    const { world, token } = await newStaffWithLink()
    const page = await world.call('GET', `/password_reset?token=${token}`, { headers: html })
    const done = await submit(world, page, { new_password: good })
    expect(done.status).toBe(200)
    expect(done.text).toContain('data-state="finished"')
    expect(done.text).not.toContain('task_token')
  })
})

test.each(['approved', 'provisioning'] as const)(
  'no link sets a password while the account is %s, so that none misses the host',
  async (state) => {
    const world = await newTestWorld()
    await world.addAccount({ username: 'robin', state, usedOnHost: false })
    const answer = await set(world, await linkFor(world, 'robin'), good)
    expect([answer.status, answer.body.code]).toEqual([400, 900])
  },
)

test('somebody who waits for a while after wrong passwords gets in at once with a new one', async () => {
  const { world, token } = await newWorldWithLink()
  const login = (password: string) =>
    world.call('POST', '/login', { body: { username: 'robin', password } })
  await failFive(world, signInKey('robin'))
  expect((await login(usualPassword)).status).toBe(429)
  await set(world, token, good)
  expect((await login(good)).status).toBe(200)
})

test('a new password lets people in from their own home too, and the home stays known', async () => {
  const { world, token } = await newWorldWithLink()
  const [home, work] = ['203.0.113.77', '203.0.113.78']
  const login = (password: string, from: string, username = 'robin') =>
    world.call('POST', '/login', { body: { username, password }, from })
  await world.addAccount({ username: 'robin2' })
  for (const from of [home, work]) expect((await login(usualPassword, from)).status).toBe(200)
  expect((await login(usualPassword, home, 'robin2')).status).toBe(200)
  for (const from of [home, work]) await failFive(world, knownClientKey('robin', from))
  await failFive(world, knownClientKey('robin2', home))
  expect((await login(usualPassword, home)).status).toBe(429)
  await set(world, token, good)
  const isKnown = () =>
    world.database.counters.isKnown(knownClientKey('robin', home), world.clock.now())
  expect(await isKnown()).toBe(true)
  for (const from of [home, work]) expect((await login(good, from)).status).toBe(200)
  expect((await login(usualPassword, home, 'robin2')).status).toBe(429)
})

async function failFive({ database, clock }: TestWorld, key: string) {
  for (let tries = 0; tries < 5; tries += 1) await database.counters.tryOnce(key, clock.now())
}

describe('a used link', () => {
  test('is refused with 900, also when its time is over', async () => {
    const { world, token } = await newWorldWithLink()
    expect((await set(world, token, good)).status).toBe(200)
    for (const wait of [0, 61 * minute, 29 * 24 * 60 * minute]) {
      world.clock.advance(wait)
      const answer = await set(world, token, 'Anders-8-Wiederholt')
      expect([answer.status, answer.body]).toEqual([400, { error: expect.any(String), code: 900 }])
      const looked = await world.call('GET', `/reset_password?token=${token}`)
      expect([looked.status, looked.body.code]).toEqual([400, 900])
    }
    expect(await isPassword(good, await hashOf(world))).toBe(true)
  })

  test('takes no other one with it', async () => {
    const { world, token } = await newWorldWithLink()
    await world.addAccount({ username: 'alex' })
    const other = await linkFor(world, 'alex')
    await set(world, token, good)
    expect((await world.call('GET', `/reset_password?token=${other}`)).status).toBe(302)
  })
})

test('the first link of an account lives seven days', async () => {
  const { world, token } = await newWorldWithLink('set_password')
  world.clock.advance(7 * 24 * 60 * minute - 1)
  expect((await world.call('GET', `/reset_password?token=${token}`)).status).toBe(302)
  world.clock.advance(1)
  expect((await set(world, token, good)).body.code).toBe(901)
})

test('of 100 uses of one link at once one sets the password', async () => {
  const { world, token } = await newWorldWithLink()
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, number) =>
      set(world, token, `Kastanie-${number}-Regen`, `192.0.2.${number}`),
    ),
  )
  const won = answers.findIndex(({ status }) => status === 200)
  const lost = answers.filter((_, number) => number !== won)
  expect(lost.map(({ status, body }) => [status, body.code])).toEqual(Array(99).fill([400, 900]))
  expect(await isPassword(`Kastanie-${won}-Regen`, await hashOf(world))).toBe(true)
  const tasks = await world.db.collection('tasks_queue').find().toArray()
  expect(tasks.map(({ action }) => action).sort()).toEqual(['send_mail', 'user_password'])
})

test('one client may try links 30 times in five minutes', async () => {
  const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  const statuses = []
  for (let tries = 0; tries < 31; tries += 1) statuses.push((await set(world, 'x', good)).status)
  expect(statuses).toEqual([...Array(30).fill(400), 429])
  const last = await set(world, 'x', good)
  expect([last.body.code, last.headers['retry-after']]).toEqual([429, '300'])
  const page = await world.call('POST', '/password_reset', {
    form: { token: 'x', new_password: good },
    headers: html,
  })
  expect([page.status, page.headers['content-type']]).toEqual([429, 'text/html; charset=utf-8'])
  expect((await set(world, 'x', good, '192.0.2.2')).status).toBe(400)
})

describe('a password that breaks a rule is refused by name and costs nobody the link', () => {
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['short', 'Ab1-xyz'],
    ['short, in emoji', 'Aa1😀😀'],
    ['without a capital', 'kastanie-7-regenbogen'],
    ['without a digit', 'Kastanie-Regenbogen'],
    ['without a special character', 'Kastanie7Regenbogen'],
    ['one of the most used', 'P@ssw0rd'],
    ['the own username', 'xX-robin-77-Xx'],
    ['a part of the own name', 'Ashdown-77-xyz!'],
    ['the own address', 'robin@elsewhere.example-7A'],
    ['of 73 bytes', `Aa1-${'x'.repeat(69)}`],
    ['of 80 bytes in 42 characters', `A1${'é'.repeat(39)}`],
    ['of 1,024 characters', 'Aa1-'.repeat(256)],
    ['with a line break', 'Kastanie-7\nRegenbogen'],
    ['with a NUL', 'Kastanie-7\0Regenbogen'],
    ['with half a character', 'Kastanie-7-Regen\ud83d'],
  ]

  test('as JSON and as a form', async () => {
    const { world, token } = await newWorldWithLink()
    const before = await hashOf(world)
    const sayings = new Set<string>()
    for (const [what, password] of refused) {
      const answer = await set(world, token, password, `192.0.2.${sayings.size}`)
      expect([answer.status, answer.body], what).toEqual([
        400,
        { error: expect.stringMatching(/password/i), code: 400, field: 'new_password' },
      ])
      expect(answer.text).not.toContain(password)
      sayings.add(answer.body.error)
    }
    expect(sayings.size).toBe(6)
    expect(await hashOf(world)).toBe(before)
    expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
    expect((await set(world, token, good)).status).toBe(200)
  })

  test('no password at all is invalid input', async () => {
    const { world, token } = await newWorldWithLink()
    for (const body of [{ token }, { token, new_password: '' }]) {
      const answer = await world.call('POST', '/password_reset', { body })
      expect(answer).toMatchObject({ status: 400, body: { field: 'new_password' } })
    }
  })
})

describe('a password is taken byte for byte', () => {
  test.each([
    ['of 72 bytes', `Aa1-${'é'.repeat(34)}`],
    ['with blanks around', '  Kastanie 7 Regen  '],
    ['that looks like an option', '--Force-7'],
    ['with quotes and dollars', '$(id)`\'"\\;Aa7'],
    ['of emoji', 'Aa1😀😀😀😀😀'],
    ['in decomposed letters', 'Kastanie-7-Re\u0301gen'],
  ])('%s', async (_, password) => {
    const { world, token } = await newWorldWithLink()
    expect((await set(world, token, password)).status).toBe(200)
    const hash = await hashOf(world)
    expect(await isPassword(password, hash)).toBe(true)
    const composed = password.normalize('NFC')
    const others = [`${password}x`, password.trim(), composed].filter((other) => other !== password)
    for (const other of others.slice(-1)) expect(await isPassword(other, hash), other).toBe(false)
  })
})

describe('without script, by the forms of the page', () => {
  test('a refused password brings the form again, and a good one the state of the change', async () => {
    const { world, token } = await newWorldWithLink()
    const page = await world.call('GET', `/password_reset?token=${token}`, { headers: html })
    const weak = await submit(world, page, { new_password: 'weak' })
    expect(weak.status).toBe(400)
    expect(weak.text).toMatch(/role="alert"|aria-invalid|id="problem"/)
    expect(weak.text).not.toContain('value="weak"')
    const waiting = await submit(world, weak, { new_password: good })
    expect(waiting.status).toBe(200)
    expect(waiting.text).toContain('data-state="pending"')
    expect(waiting.text).not.toContain(good)
    const again = await submit(world, waiting, {})
    expect(again.text).toContain('data-state="pending"')
    const used = await submit(world, page, { new_password: good })
    expect(used.status).toBe(400)
    expect(used.text).not.toContain('name="new_password"')
  })

  test('everything is German for a German browser', async () => {
    const { world, token } = await newWorldWithLink()
    const german = { ...html, 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' }
    const page = await world.call('GET', `/password_reset?token=${token}`, { headers: german })
    const weak = await submit(world, page, { new_password: 'weak' }, german)
    const done = await submit(world, weak, { new_password: good }, german)
    const dead = await world.call('GET', '/password_reset', { headers: german })
    for (const { text, status } of [page, weak, done, dead]) {
      expect(text, String(status)).toContain('lang="de"')
      expect(text).toContain('Startseite')
      expect(text).not.toMatch(/\b(?:password|please|the)\b(?![^<]*>)/i)
    }
  })

  test('a task is shown to the holder of its token only', async () => {
    const { world, token } = await newWorldWithLink()
    const { body } = await set(world, token, good)
    const show = (task_id: string, task_token: string) =>
      world.call('POST', '/password_reset', { form: { task_id, task_token }, headers: html })
    expect((await show(body.task_id, body.task_token)).status).toBe(200)
    await world.runWorkers()
    expect((await show(body.task_id, body.task_token)).status).toBe(200)
    const form = { task_id: body.task_id }
    expect((await world.call('POST', '/password_reset', { form, headers: html })).status).toBe(404)
    for (const [id, secret] of [
      [body.task_id, 'x'],
      [body.task_id, ''],
      ['x', body.task_token],
    ]) {
      const answer = await show(id, secret)
      expect([answer.status, answer.headers['content-type']]).toEqual([
        404,
        'text/html; charset=utf-8',
      ])
    }
  })

  test('a form from another site sets nothing without the link', async () => {
    const { world } = await newWorldWithLink()
    const before = await hashOf(world)
    const headers = { ...html, origin: 'https://evil.example', referer: 'https://evil.example/' }
    const answer = await world.call('POST', '/password_reset', {
      form: { new_password: good },
      headers,
    })
    expect(answer.status).toBe(400)
    expect(await hashOf(world)).toBe(before)
  })
})

/** Fills in the first form of a page and sends it, as a browser does. */
function submit(
  { call }: TestWorld,
  { text }: CallAnswer,
  filled: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = html,
) {
  const [, attributes = '', inside = ''] = /<form([^>]*)>(.*?)<\/form>/s.exec(text) ?? []
  expect(attributes).toContain('method="post"')
  const [, action = ''] = /action="([^"]*)"/.exec(attributes) ?? []
  const hidden = [...inside.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
  const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, value]))
  for (const name of Object.keys(filled)) expect(inside).toContain(`name="${name}"`)
  return call('POST', action, { form: { ...fields, ...filled }, headers })
}
