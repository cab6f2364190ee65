/** The nightly copy of the host's names, from the host through the gate to whoever asks for an account. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startWorkers } from '../../infra/local/functions.ts'
import { readHostNames } from '../../lib/accounts/read-host-names.ts'
import { addForeigner, byHand } from '../support/host-tasks.ts'
import { sharedServers } from '../support/servers.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const taken = [432, { error: expect.any(String), code: 432 }]
const badDisplayName = [400, { error: expect.any(String), code: 400, field: 'display_name' }]
const accepted = [201, expect.objectContaining({ task_id: expect.any(String) })]

async function ask(world: TestWorld, username: string, display_name = 'Robin Ash') {
  const { status, body } = await askForAccount(world, { username, display_name })
  return [status, body]
}

function logged(world: TestWorld, event: string): readonly (string | undefined)[] {
  return world.log.lines.filter((line) => line.event === event).map(({ fields }) => fields.reason)
}

test('what the host has is taken from the next copy on, and free again from the one after', async () => {
  const world = await newTestWorld({ standin: { apps: ['songbook'] } })
  await byHand(world, 'user', 'group', 'create', 'choir')
  await addForeigner(world, 'fiona')
  expect(await ask(world, 'admins')).toEqual(taken)
  await world.readHostNames()
  for (const name of ['choir', 'ch0ir', 'CHOIR', 'songbook', 'songbook.main', 'songbook2', 'fiona'])
    expect(await ask(world, name), name).toEqual(taken)
  for (const name of ['Choir', 'Songbook', 'FIONA'])
    expect(await ask(world, 'robin', name), name).toEqual(badDisplayName)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  await byHand(world, 'user', 'group', 'delete', 'choir')
  expect(await ask(world, 'choir')).toEqual(taken)
  await world.readHostNames()
  expect(await ask(world, 'choir')).toEqual(accepted)
  expect(await ask(world, 'robin', 'Songs')).toEqual(accepted)
})

test('without a copy the list that every host has decides alone', async () => {
  const world = await newTestWorld({ standin: { apps: ['songbook'] } })
  expect(await world.database.hostNames.find()).toBeUndefined()
  expect(await ask(world, 'songbook')).toEqual(accepted)
  expect(await ask(world, 'postmaster')).toEqual(taken)
})

test('our own people are not in the copy, so that nobody is in their own way', async () => {
  const world = await newTestWorld()
  expect(await ask(world, 'robin', 'Ash')).toEqual(accepted)
  await world.runWorkers()
  await addForeigner(world, 'sandy')
  await world.readHostNames()
  const copy = await world.database.hostNames.find()
  expect(copy).toMatchObject({ usernames: ['sandy'], otherNames: [] })
  expect(copy?.reserved).not.toContain('robin')
  expect(await ask(world, 'robin')).toEqual(taken)
  expect(await ask(world, 'mika', 'Robin')).toEqual(badDisplayName)
  expect(await ask(world, 'ash')).toEqual(taken)
  expect(await ask(world, 'tony', 'Ash')).toEqual(accepted)
})

test('a name that an account gives back is free, also when the copy was taken before', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', displayName: 'Dalida', usedOnHost: false })
  await byHand(
    world,
    ...['user', 'create', 'robin', '--fullname=Dalida', '--password=Foreign-Pass-77'],
    '--domain=lantern.example',
  )
  await world.readHostNames()
  await world.database.accounts.update('robin', { state: 'failed', releaseName: true })
  expect(await ask(world, 'robin')).toEqual(accepted)
  expect(await ask(world, 'dalida')).toEqual(accepted)
})

test('names that somebody took on the host itself keep others from them as usernames', async () => {
  const world = await newTestWorld()
  expect(await ask(world, 'robin', 'Robin Ash')).toEqual(accepted)
  await world.runWorkers()
  await byHand(
    world,
    ...['user', 'update', 'robin', '--fullname=Dalida', '--add-mailalias', 'songs@lantern.example'],
  )
  await world.readHostNames()
  for (const name of ['dalida', 'songs']) expect(await ask(world, name), name).toEqual(taken)
  expect(await ask(world, 'mika', 'Dalida')).toEqual(accepted)
})

test('a host that cannot be reached leaves the old copy, and the log says so', async () => {
  const world = await newTestWorld({ lines: ['host'], isFast: true })
  await byHand(world, 'user', 'group', 'create', 'choir')
  await world.readHostNames()
  const before = await world.database.hostNames.find()
  await byHand(world, 'user', 'group', 'delete', 'choir')
  await world.line('host').set({ kind: 'refuse' })
  await world.readHostNames()
  expect(logged(world, 'host_names_kept')).toEqual([expect.any(String)])
  expect(await world.database.hostNames.find()).toEqual(before)
  expect(await ask(world, 'choir')).toEqual(taken)
  await world.line('host').set({ kind: 'pass' })
  await world.readHostNames()
  expect(await ask(world, 'choir')).toEqual(accepted)
  expect(logged(world, 'host_names_read')).toHaveLength(2)
}, 60_000)

test.each([
  { fault: 'slapd_down', value: 0 },
  { fault: 'read_garbage', command: 'app list' },
])('a host with the fault $fault leaves the old copy', async (fault) => {
  const world = await newTestWorld()
  await byHand(world, 'user', 'group', 'create', 'choir')
  await world.readHostNames()
  const before = await world.database.hostNames.find()
  world.log.expectError('host_names_kept')
  await world.setHostFaults([fault])
  await world.readHostNames()
  expect(logged(world, 'host_names_kept')).toHaveLength(1)
  expect(await world.database.hostNames.find()).toEqual(before)
})

test('a host whose key is not pinned is not believed', async () => {
  const world = await newTestWorld()
  await world.host()
  world.installation.setSecret('ssh-host-keys', JSON.stringify([`SHA256:${'A'.repeat(43)}`]))
  world.log.expectError('host_names_kept')
  await world.readHostNames()
  expect(logged(world, 'host_names_kept')).toHaveLength(1)
  expect(await world.database.hostNames.find()).toBeUndefined()
})

test('a copy without what every host has is not stored, also when there is none yet', async () => {
  const world = await newTestWorld()
  await byHand(world, 'user', 'group', 'create', 'choir')
  await changeState(world, ({ groups }) => delete groups['all_users'])
  world.log.expectError('host_names_kept')
  await world.readHostNames()
  expect(logged(world, 'host_names_kept')).toEqual(['The host does not show all_users.'])
  expect(await world.database.hostNames.find()).toBeUndefined()
})

test('a copy of less than half the names waits a week until it is believed', async () => {
  const world = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  const reserved = Array.from({ length: 2_000 }, (_, number) => `group${number}`)
  const old = { takenAt: world.clock.now(), reserved, apps: [], usernames: [], otherNames: [] }
  await world.database.hostNames.replace(old)
  world.log.expectError('host_names_kept')
  world.clock.advance(6.9 * 86_400_000)
  await world.readHostNames()
  expect(await world.database.hostNames.find()).toEqual(old)
  expect(logged(world, 'host_names_kept')).toEqual([
    expect.stringMatching(/^The host shows \d+ names of its own, after 2000\.$/),
  ])
  world.clock.advance(0.1 * 86_400_000)
  await world.readHostNames()
  expect(await world.database.hostNames.find()).toMatchObject({ takenAt: world.clock.now() })
})

test('hostile names of the host travel whole and harm nobody', async () => {
  const world = await newTestWorld()
  const hostile = ['__proto__', 'constructor', '$ne', '$where', '.', '\'"\\', '*)(uid=*', '​', '😀']
  await byHand(world, 'user', 'group', 'create', 'choir')
  await changeState(world, ({ groups }) => {
    for (const name of [...hostile, 'a\nb', '\u0000', 'x'.repeat(65), '']) {
      Object.defineProperty(groups, name, { value: { members: [], mail: [] }, enumerable: true })
    }
  })
  await world.readHostNames()
  expect(logged(world, 'host_names_kept')).toEqual([])
  expect(await ask(world, 'constructor')).toEqual(taken)
  expect(await ask(world, 'proto')).toEqual(taken)
  expect(await ask(world, 'robin', 'Robin Ash')).toEqual(accepted)
})

test('the clock copies the names as soon as the workers start', async () => {
  const world = await newTestWorld()
  await world.host()
  const { client } = (await sharedServers()).queues
  const { queueUrls } = world.installation
  const onFailure = (error: unknown) => world.log.error('failed', { errorText: String(error) })
  const workers = startWorkers({ world: world.world, client, queueUrls, onFailure })
  await expect
    .poll(() => world.database.hostNames.find(), { timeout: 20_000 })
    .toMatchObject({ reserved: expect.arrayContaining(['admins']) })
  await workers.stop()
})

type State = { readonly groups: Record<string, unknown> }

/** Changes the stand-in's directory behind its back. */
async function changeState(world: TestWorld, change: (state: State) => void): Promise<void> {
  const path = join((await world.host()).folder, 'host', 'state.json')
  // The stand-in's own file; every other field goes back as it came.
  const state = JSON.parse(await readFile(path, 'utf8')) as State
  change(state)
  await writeFile(path, JSON.stringify(state))
}

test('an error of ours while the names are read is told as what it is', async () => {
  const world = await newTestWorld()
  const ask = () => Promise.reject(new TypeError('ours'))
  const uses = { clock: world.clock, log: world.log, database: world.database, host: { ask } }
  await expect(readHostNames(uses)).rejects.toThrow('ours')
  expect(await world.database.hostNames.find()).toBeUndefined()
})
