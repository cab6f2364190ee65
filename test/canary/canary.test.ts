import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fetchSecrets } from '../../lib/adapters/parameter-store.ts'
import { later } from '../support/host-tasks.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { setVisible, takeMessages } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import {
  type Canary,
  filesBelow,
  findCanaries,
  type Place,
  spellingsOf,
  watchCommandLines,
} from './canary.ts'

const lanes = ['host', 'post'] as const

/** What waits in the queues right now; it stays there. */
async function peek(world: TestWorld): Promise<Place> {
  const bodies: string[] = []
  for (const lane of lanes) {
    for (const message of await takeMessages(world, lane, 'keep')) {
      bodies.push(JSON.stringify(message))
      await setVisible(world, lane, message.receipt)
    }
  }
  return { name: 'queues', text: bodies.join('\n') }
}

async function dump(world: TestWorld): Promise<readonly Place[]> {
  const collections = await world.db.collections()
  return Promise.all(
    collections.map(async (collection) => ({
      name: `collection ${collection.collectionName}`,
      text: JSON.stringify(await collection.find().toArray()),
    })),
  )
}

async function keysOf(world: TestWorld): Promise<readonly Canary[]> {
  const names = ['sealing-keys', 'signing-keys', 'ssh-key', 'discord-webhook']
  const secrets = await fetchSecrets(names, world.installation.environment)
  const rings = ['sealing-keys', 'signing-keys'].flatMap((name) => {
    const { keys }: { keys: Record<string, string> } = JSON.parse(secrets.get(name) ?? '')
    const all = Object.values(keys)
    return all
      .flatMap((key) => [key, new Uint8Array(Buffer.from(key, 'base64url'))])
      .map((value) => ({ name, value }))
  })
  const sshLines = (secrets.get('ssh-key') ?? '')
    .split('\n')
    .filter((line) => !line.startsWith('-----'))
  // The beginning of the key's text is the same for every key, and part of it is the public one.
  const sshSecret = sshLines.slice(2, -2).map((value) => ({ name: 'ssh-key', value }))
  const webhook = secrets.get('discord-webhook') ?? ''
  return [
    ...rings,
    ...sshSecret,
    { name: 'webhook', value: webhook },
    { name: 'webhook token', value: webhook.split('/').at(-1) ?? '' },
  ]
}

async function places(world: TestWorld): Promise<readonly Place[]> {
  const mails = (await world.mails()).map((mail) =>
    JSON.stringify(mail).replace(/token=[\w-]+/g, 'token='),
  )
  const { folder } = await world.host()
  return [
    ...(await dump(world)),
    await peek(world),
    { name: 'log', text: JSON.stringify(world.log.lines) },
    { name: 'mails', text: mails.join('\n') },
    { name: 'chat', text: JSON.stringify(world.chat()) },
    // What the key opens has to know it; nothing else on the host does.
    ...(await filesBelow(folder, ['ssh/client_key', 'ssh/host_key'])),
  ]
}

function newPassword(name: string): string {
  return `Kanarie-7+${name} '"\\$ü§`
}

/** One person's way through the whole story and through what can go wrong on it. */
async function live(world: TestWorld, found: Place[]): Promise<readonly Canary[]> {
  const canaries: Canary[] = []
  const known = new Set<string>()
  const noteLinks = async () => {
    for (const mail of await world.mails()) {
      const token = tokenIn(mail)
      if (token !== '' && !known.has(token)) canaries.push({ name: 'link token', value: token })
      known.add(token)
    }
    return tokenIn((await world.mails()).at(-1))
  }
  const runAll = async () => {
    found.push(await peek(world))
    await world.wake('host')
    found.push(...(await dump(world)), await peek(world))
    await world.wake('post')
    await later(world)
  }
  const setPassword = async (token: string, name: string) => {
    const value = newPassword(name)
    canaries.push({ name: `password ${name}`, value })
    const set = await world.call('POST', '/password_reset', {
      body: { token, new_password: value },
    })
    expect(set.status, set.text).toBe(200)
    canaries.push({ name: 'task token', value: set.body.task_token })
    found.push(...(await dump(world)))
    await runAll()
    const { task_id: id, task_token: taskToken } = set.body
    const read = await world.call('GET', `/tasks/${id}`, { token: taskToken })
    found.push({ name: 'task view', text: read.text })
    return read.body.status
  }
  const newLink = async () => {
    const before = (await world.mails()).length
    // Past the limit of requests of one account.
    world.clock.advance(86_400_000)
    await world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
    await runAll()
    expect((await world.mails()).length).toBeGreaterThan(before)
    return noteLinks()
  }
  const onUpdate = (fault: string, value?: unknown, times = 1) =>
    world.setHostFaults([
      { fault, command: 'user update', times, ...(value === undefined ? {} : { value }) },
    ])

  await askForAccount(world, { username: 'robin' })
  await runAll()
  const first = await noteLinks()
  await world.call('GET', `/reset_password?token=${first}`)
  await world.call('GET', `/password_reset?token=${first}`, { headers: { accept: 'text/html' } })
  await world.host()
  await onUpdate('delay', 0.5)
  expect(await setPassword(first, 'good')).toBe('finished')
  expect(
    (
      await world.call('POST', '/password_reset', {
        body: { token: first, new_password: newPassword('late') },
      })
    ).status,
  ).toBe(400)
  canaries.push({ name: 'password late', value: newPassword('late') })

  const login = (password: string) =>
    world.call('POST', '/login', { body: { username: 'robin', password } })
  canaries.push({
    name: 'access token',
    value: (await login(newPassword('good'))).body.access_token,
  })
  canaries.push({ name: 'password wrong', value: newPassword('wrong') })
  expect((await login(newPassword('wrong'))).status).toBe(401)
  const broken = JSON.stringify({ username: 'robin', password: newPassword('wrong') }).slice(0, -1)
  expect((await world.call('POST', '/login', { body: broken })).status).toBe(400)

  await onUpdate('refuse_password')
  expect(await setPassword(await newLink(), 'refused')).toBe('failed')
  await onUpdate('crash_after', 'ldap')
  expect(await setPassword(await newLink(), 'crashed')).toBe('finished')
  await onUpdate('raise', { at: 'ldap', text: 'it broke', traceback: false })
  expect(await setPassword(await newLink(), 'broken')).toBe('finished')
  await onUpdate('noise')
  expect(await setPassword(await newLink(), 'noisy')).toBe('finished')

  await world.line('mail').set({ kind: 'refuse' })
  await world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  await world.wake('post')
  found.push(...(await dump(world)))
  await world.line('mail').set({ kind: 'pass' })
  await later(world)
  const last = await noteLinks()
  await onUpdate('refuse_text', 'Something quite new', 9)
  await setPassword(last, 'parked')
  await later(world)
  await later(world)
  expect((await world.database.tasks.laneState('host')).parked).toHaveLength(1)
  return canaries
}

test('after the whole story and its failures no secret lies anywhere', async () => {
  const world = await newTestWorld({ lines: ['mail'] })
  const watch = watchCommandLines()
  const found: Place[] = []
  const lived = await live(world, found)
  const commandLines = await watch.stop()
  const canaries = [...lived, ...(await keysOf(world))]
  const searched = [...found, ...(await places(world)), commandLines]
  expect(findCanaries(canaries, searched)).toEqual([])

  // The search saw what there is: other things that were there are found.
  const name = (wanted: string) => [{ name: wanted, value: wanted }]
  const foundIn = (wanted: string) => findCanaries(name(wanted), searched)
  expect(foundIn('user_password')).toEqual(
    expect.arrayContaining(['user_password in collection logs', 'user_password in log']),
  )
  expect(foundIn('gatehouse_gate.py')).toContain('gatehouse_gate.py in command lines')
  expect(foundIn('taskId')).toContain('taskId in queues')
  expect(foundIn('robin@mail.example')).toContain('robin@mail.example in mails')
  expect(foundIn('robin')).toEqual(
    expect.arrayContaining(['robin in chat', 'robin in host/log/yunohost-cli.log']),
  )
  const files = searched.map((place) => place.name)
  expect(
    files.filter((file) => /^gate-state\/jobs\/.*\/result\.json$/.test(file)).length,
  ).toBeGreaterThan(5)
  expect(canaries.length).toBeGreaterThan(20)
}, 120_000)

test('a secret that was put into a log line, a document or a file is found', async () => {
  const world = await newTestWorld()
  const value = newPassword('planted')
  const canary = [{ name: 'password', value }]
  world.log.info('planted', { reason: `it was ${value}` })
  const encoded = Buffer.from(`x${value}`).toString('base64')
  await world.db.collection('links').insertOne({ note: encoded })
  const { folder } = await world.host()
  await writeFile(join(folder, 'gate-state', 'planted.json'), JSON.stringify([value]))
  await world.db.collection('counters').insertOne({ note: Buffer.from(value).toString('hex') })
  expect(findCanaries(canary, await places(world))).toEqual(
    expect.arrayContaining([
      'password in collection links',
      'password in collection counters',
      'password in log',
      'password in gate-state/planted.json',
    ]),
  )
})

test('every spelling of a secret is found inside a longer text', () => {
  const value = newPassword('spelled')
  for (const before of ['', 'a', 'ab', 'abc']) {
    const text = Buffer.from(`${before}${value} and more`)
    for (const kind of ['base64', 'base64url', 'hex'] as const) {
      expect(
        findCanaries([{ name: 'x', value }], [{ name: kind, text: text.toString(kind) }]),
      ).toEqual([`x in ${kind}`])
    }
  }
  const wrapped = JSON.stringify({ body: JSON.stringify({ value }) })
  const query = `?a=${encodeURIComponent(value)}`
  for (const text of [wrapped, query, new URLSearchParams({ value }).toString()]) {
    expect(findCanaries([{ name: 'x', value }], [{ name: 'text', text }])).toEqual(['x in text'])
  }
  expect(spellingsOf(value).every((spelling) => spelling.length > 10)).toBe(true)
})
