/** What askers and managers do whose browsers run no script: the same as the API does, by forms. */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { basic, type Key } from '../support/registration-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { callWith, mailedKey, submit } from './people.ts'

const robin = 'robin@mail.example'
const [ada] = managers
const page = { accept: 'text/html,*/*;q=0.8' }

function post(world: TestWorld, path: 'status' | 'decide', { rid, token }: Key) {
  return (fields: Readonly<Record<string, string>> = {}) =>
    world.call('POST', `/registrations/${path}`, {
      form: { rid, token, ...fields },
      headers: page,
    })
}

async function approved(world: TestWorld): Promise<Key> {
  const key = await submit(world, { message: 'I bake.' })
  await world.runWorkers()
  await post(world, 'decide', await mailedKey(world, ada))({ action: 'approve' })
  return key
}

test('a stranger becomes a member by forms alone', async () => {
  const world = await newTestWorld()
  await submit(world, { email: robin, message: 'I bake.' })
  await world.runWorkers()
  const asker = post(world, 'status', await mailedKey(world, robin))
  const manager = post(world, 'decide', await mailedKey(world, ada))
  expect((await manager()).text).toContain('none, or not confirmed yet')
  const waiting = await asker()
  expect([waiting.status, waiting.headers['content-type']]).toEqual([
    200,
    'text/html; charset=utf-8',
  ])
  expect(waiting.text).toContain('Yours is the next one.')
  expect((await manager()).text).toContain('its owner has confirmed it')
  expect((await manager({ action: 'ask', text: 'Which\r\nbread?' })).text).toContain('on its way')
  expect((await asker()).text).toContain('Which\nbread?')
  expect((await asker({ action: 'answer', text: 'Rye.' })).text).toContain('with the staff now')
  const read = (await manager({ action: 'note', text: 'I like rye.' })).text
  expect(read).toMatch(/Rye\..*I like rye\./s)
  const decided = await manager({ action: 'approve', text: 'Welcome to us' })
  expect(decided.text).toContain(`Decided by ${ada}`)
  expect((await asker()).text).toContain('Welcome to us')
  const picked = await asker({ action: 'complete', username: 'Robin', email: '' })
  const password = /<code[^>]*>([^<]+)</.exec(picked.text)?.[1]
  expect(picked.text).toContain('data-state="making"')
  await world.runWorkers()
  expect((await asker({ action: 'show' })).text).toContain('robin<wbr>@')
  const login = { username: 'robin', password }
  expect((await world.call('POST', '/login', { body: login })).status).toBe(200)
})

test('a name that cannot be had is refused on the page, in the language of the browser', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  const asker = post(world, 'status', key)
  const taken = await asker({ action: 'complete', username: 'admin' })
  expect(taken.status).toBe(422)
  expect(taken.text).toContain('This username is already taken.')
  expect(taken.text).toContain('value="admin"')
  const spoilt = await asker({ action: 'complete', username: 'r', email: 'x' })
  expect([spoilt.status, spoilt.text]).toEqual([422, expect.stringContaining('mail address')])
  const german = await world.call('POST', '/registrations/status', {
    form: { rid: key.rid, token: key.token, action: 'complete', username: '-rf' },
    headers: { ...page, 'accept-language': 'de' },
  })
  expect(german.text).toContain('Unser Server hat das nicht angenommen.')
})

test('a new password is made until somebody has signed in', async () => {
  const world = await newTestWorld()
  const asker = post(world, 'status', await approved(world))
  const first = await asker({ action: 'complete', username: 'robin' })
  const second = await asker({ action: 'new_password' })
  const [old, fresh] = [first, second].map(({ text }) => /<code[^>]*>([^<]+)</.exec(text)?.[1])
  expect(fresh).toBeDefined()
  expect(fresh).not.toBe(old)
})

test('a registration is withdrawn with the box ticked', async () => {
  const world = await newTestWorld()
  const key = await submit(world, { message: 'Canary-7' })
  const asker = post(world, 'status', key)
  expect((await asker({ action: 'withdraw' })).text).toContain('data-state="waiting"')
  const gone = await asker({ action: 'withdraw', confirm: 'yes' })
  expect([gone.status, gone.text]).toEqual([200, expect.stringContaining('is withdrawn')])
  expect((await asker()).status).toBe(404)
})

test.each([
  ['reason', 1, 'We are full.'],
  ['decision', 1, null],
  ['nothing', 0, null],
])(
  'rejecting with the telling "%s" sends %i mails and shows the asker %j',
  async (tell, mails, note) => {
    const world = await newTestWorld()
    const key = await submit(world, { email: robin })
    await world.runWorkers()
    const before = (await world.mails()).length
    const manager = post(world, 'decide', await mailedKey(world, ada))
    const rejected = await manager({ action: 'reject', text: 'We are full.', tell })
    expect(rejected.text).toContain('We are full.')
    await world.runWorkers()
    const sent = (await world.mails()).slice(before).filter(({ to }) => to.includes(robin))
    expect(sent).toHaveLength(mails)
    expect(sent.some(({ text }) => text.includes('We are full.'))).toBe(note !== null)
    expect((await callWith(world, key)('GET')).body).toMatchObject({ status: 'rejected', note })
    expect((await manager({ action: 'undo' })).text).toContain('data-state="pending"')
  },
)

test('a key that opens nothing and a key for the other page look the same, and no login box opens', async () => {
  const world = await newTestWorld()
  const key = await submit(world)
  await world.runWorkers()
  const manager = await mailedKey(world, ada)
  const wrong = { rid: key.rid, token: manager.token.replace(/.{5}$/, 'AAAAA') }
  const texts = []
  for (const [path, one] of [
    ['status', wrong],
    ['status', { rid: 'nobody', token: 'x' }],
    ['status', manager],
  ] as const) {
    const answer = await post(world, path, one)({ action: 'show' })
    expect(answer.status).toBe(404)
    expect(answer.headers).not.toHaveProperty('www-authenticate')
    texts.push(answer.text)
  }
  expect(new Set(texts).size).toBe(1)
  expect((await post(world, 'decide', key)()).status).toBe(404)
})

test('wrong keys are counted, and the page says when to come back', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  const statuses = []
  for (let round = 0; round < 11; round += 1) {
    statuses.push((await post(world, 'status', { rid, token: `t${round}` })()).status)
  }
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404))
  const late = await post(world, 'decide', { rid, token: 'late' })()
  expect([late.status, late.headers['content-type']]).toEqual([429, 'text/html; charset=utf-8'])
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(0)
})

test('no key is in a log or in an address that a page leads to', async () => {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  await world.runWorkers()
  const { text } = await post(world, 'status', key)()
  await post(world, 'decide', key)()
  expect(text).toContain(key.token)
  expect(text).not.toMatch(new RegExp(`(?:href|action|src)="[^"]*${key.token}`))
  expect(JSON.stringify(world.log.lines)).not.toContain(key.token)
  expect(JSON.stringify(world.log.lines)).not.toContain(basic(key).authorization.slice(6))
})

test.each([
  ['status', 'Your registration'],
  ['decide', 'A registration'],
])(
  'the page at /registrations/%s knows nothing, and its script is a file of its own',
  async (path, title) => {
    const world = await newTestWorld()
    const { status, text, headers } = await world.call('GET', `/registrations/${path}`)
    expect(status).toBe(200)
    expect(text).toContain(`<h1 tabindex="-1" id="title">${title}</h1>`)
    expect(text).toMatch(/data-targets="[a-z ]+"/)
    expect(headers['content-security-policy']).toContain("script-src 'self'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    const script = await world.call('GET', `/registrations/${path}.js`)
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.text).toContain('sessionStorage')
    expect(script.text.length).toBeLessThan(50_000)
  },
)
