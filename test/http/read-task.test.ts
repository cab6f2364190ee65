import { describe, expect, test } from 'vitest'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** A world with one task that the sign-up site asked for and that makes the account of robin. */
async function newWorldWithTask() {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.addAccount({ username: 'other' })
  await world.addAccount({ username: 'other.site', role: 'service' })
  return { world, path: String(body.task_url), id: String(body.task_id) }
}

const readers: ReadonlyArray<readonly [string, (world: TestWorld) => Promise<string>, number]> = [
  ['whoever asked for it', (world) => world.as('service'), 200],
  ['the owner of the account', (world) => world.tokenOf('robin'), 200],
  ['staff', (world) => world.as('staff'), 200],
  ['an admin', (world) => world.as('admin'), 200],
  ['another member', (world) => world.tokenOf('other'), 404],
  ['another service', (world) => world.tokenOf('other.site', 'service'), 404],
]

test.each(readers)('%s gets %i for a task', async (_, tokenFor, status) => {
  const { world, path, id } = await newWorldWithTask()
  const token = await tokenFor(world)
  for (const spelling of [path, `${path}/`]) {
    const answer = await world.call('GET', spelling, { token })
    expect(answer.status).toBe(status)
    if (status === 200)
      expect(answer.body).toMatchObject({
        id,
        action: 'user_create',
        status: 'pending',
        position: 0,
        error: null,
      })
    else expect(answer.body).toEqual({ error: expect.any(String), code: 404 })
  }
})

test('nobody without a token', async () => {
  const { world, path } = await newWorldWithTask()
  const answer = await world.call('GET', path)
  expect([answer.status, answer.body]).toEqual([401, { msg: expect.any(String) }])
})

test("nobody learns whether a task is missing or somebody else's", async () => {
  const { world, path } = await newWorldWithTask()
  const token = await world.tokenOf('other')
  const foreign = await world.call('GET', path, { token })
  const missing = await world.call('GET', `/tasks/${'A'.repeat(22)}`, { token })
  expect([missing.status, missing.text]).toEqual([foreign.status, foreign.text])
})

test('what is not the form of an id is nowhere', async () => {
  const { world, path } = await newWorldWithTask()
  const token = await world.as('staff')
  const ids = [
    'x',
    path.slice(7, -1),
    `${path.slice(7)}A`,
    '%24gt',
    '%00',
    '[object%20Object]',
    'A'.repeat(5_000),
    '%7B%22$gt%22:%22%22%7D',
    '__proto__',
  ]
  for (const id of ids) {
    const answer = await world.call('GET', `/tasks/${id}`, { token })
    expect([answer.status, answer.body.code], id.slice(0, 40)).toEqual([404, 404])
  }
})

describe('the token of one task', () => {
  const password = { new_password: 'Kastanie-7-Regenbogen' }

  async function newPasswordTask(world: TestWorld, username: string) {
    await world.call('POST', '/request_password_reset', { body: { username } })
    await world.wake('post')
    const mails = await world.mails()
    const mail = mails.find(({ to }) => to.includes(`${username}@elsewhere.example`))
    const token = mail?.text.split('token=')[1]?.split(/[^\w-]/)[0]
    const { body } = await world.call('POST', '/password_reset', { body: { token, ...password } })
    return { id: String(body.task_id), token: String(body.task_token) }
  }

  test('opens that one and nothing else', async () => {
    const { world, path } = await newWorldWithTask()
    await world.addAccount({ username: 'kim' })
    const one = await newPasswordTask(world, 'other')
    const two = await newPasswordTask(world, 'kim')
    const own = await world.call('GET', `/tasks/${one.id}`, { token: one.token })
    expect(own.body).toMatchObject({ id: one.id, action: 'user_password' })
    for (const strange of [`/tasks/${two.id}`, path]) {
      expect((await world.call('GET', strange, { token: one.token })).status).toBe(404)
    }
    const create = await world.call('POST', '/create_user', {
      body: { username: 'x1', display_name: 'Xaver', recovery_email: 'x@mail.example' },
      token: one.token,
    })
    expect(create.status).toBe(401)
    expect(JSON.stringify(await world.db.collection('tasks_queue').find().toArray())).not.toContain(
      one.token,
    )
  })

  test("is no account's token where the id is that of nothing", async () => {
    const { world } = await newWorldWithTask()
    const answer = await world.call('GET', `/tasks/${'A'.repeat(22)}`, { token: 'null' })
    expect(answer.status).toBe(404)
  })
})

test('places in the queue are counted from the front', async () => {
  const { world } = await newWorldWithTask()
  const token = await world.as('service')
  world.clock.advance(1)
  const second = await askForAccount(world, { username: 'second', display_name: 'Second One' })
  world.clock.advance(1)
  const third = await askForAccount(world, { username: 'third', display_name: 'Third One' })
  for (const [position, { body }] of [
    [1, second],
    [2, third],
  ] as const) {
    expect((await world.call('GET', body.task_url, { token })).body.position).toBe(position)
  }
})

test('an access token that has expired is told apart from a task of somebody else', async () => {
  const world = await newTestWorld()
  const token = await world.as('service')
  const asked = await askForAccount(world, { username: 'robin' })
  world.clock.advance(16 * 60_000)
  const answer = await world.call('GET', asked.body.task_url, { token })
  expect(answer).toMatchObject({ status: 401, body: { msg: expect.any(String) } })
})

test('tasks of the same moment have places in the order of their claims', async () => {
  const world = await newTestWorld()
  const asked = []
  for (const username of ['robin', 'kim', 'sasha']) {
    asked.push(await askForAccount(world, { username }))
  }
  const token = await world.as('service')
  const places = []
  for (const { body } of asked) {
    places.push((await world.call('GET', body.task_url, { token })).body.position)
  }
  expect(places.toSorted()).toEqual([0, 1, 2])
})

test('a missing token is told before a bad body, and an unknown field by its name', async () => {
  const world = await newTestWorld()
  const body = { username: 7, role: 'admin' }
  const stranger = await world.call('POST', '/create_user', { body })
  expect(stranger.status).toBe(401)
  const login = await world.call('POST', '/login', {
    body: { username: 'robin', password: 'x', role: 'admin' },
  })
  expect(login).toMatchObject({ status: 400, body: { msg: 'There is no field "role" here.' } })
})

describe('asking again and again', () => {
  const path = `/tasks/${'A'.repeat(22)}`
  const ask = (world: TestWorld, from: string) => world.call('GET', path, { token: 'any', from })

  test('every 2 seconds is never too often', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
    for (let count = 0; count < 90; count += 1) {
      expect((await ask(world, '192.0.2.1')).status).toBe(404)
      world.clock.advance(2000)
    }
  })

  test('is held up for the rest of the minute after 1,200 times, for that client only', async () => {
    const world = await newTestWorld({ now: new Date('2030-01-01T00:00:18Z') })
    const statuses = new Set<number>()
    for (let count = 0; count < 1200; count += 1) {
      statuses.add((await ask(world, '192.0.2.1')).status)
    }
    expect([...statuses]).toEqual([404])
    const tooMuch = await ask(world, '192.0.2.1')
    expect([tooMuch.status, tooMuch.body]).toEqual([429, { error: expect.any(String), code: 429 }])
    expect(tooMuch.headers['retry-after']).toBe('42')
    expect((await ask(world, '192.0.2.2')).status).toBe(404)
    world.clock.advance(42_000)
    expect((await ask(world, '192.0.2.1')).status).toBe(404)
  })
})

test('what is expected to take how long waits for a lane that is closed, and is unknown while staff have stopped it', async () => {
  const { world, path } = await newWorldWithTask()
  const token = await world.as('service')
  const expected = async () => (await world.call('GET', path, { token })).body.expected_seconds
  expect(await expected()).toBeNull()
  await world.db.collection('logs').insertOne({
    action: 'user_create',
    status: 'finished',
    startedAt: new Date(0),
    finishedAt: new Date(4000),
  })
  expect(await expected()).toBe(4)
  const { tasks } = world.database
  await tasks.closeLane('host', { first: 100, longest: 300 })
  world.clock.set(new Date())
  expect(await expected()).toBeGreaterThan(95)
  expect(await expected()).toBeLessThanOrEqual(104)
  await tasks.pause('host', 'New disk.')
  expect(await expected()).toBeNull()
  await tasks.resume('host')
  expect(await expected()).toBe(4)
})
