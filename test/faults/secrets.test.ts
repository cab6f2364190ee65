import { expect, test } from 'vitest'
import { newKeyRings } from '../../infra/local/installation.ts'
import { deliveryHours } from '../../lib/queue/policy.ts'
import { userPassword } from '../../lib/tasks/user-password.ts'
import { watch } from '../checker/watch.ts'
import { later, queueTask, timesBegun } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'
import {
  ask,
  expectDoneOnce,
  expectWaits,
  forget,
  newRunningWorld,
  untilDrained,
  untilLogged,
} from './running.ts'

test('without the parameter store what was read before goes on working (FI-33)', async () => {
  const world = await newRunningWorld({ lines: ['secrets'] })
  const robin = await ask(world, 'robin')
  await untilDrained(world)
  await world.line('secrets').set({ kind: 'refuse' })
  const sandy = await ask(world, 'sandy')
  await untilDrained(world)
  await world.line('secrets').set({ kind: 'pass' })
  await expectDoneOnce(world, { robin, sandy })
}, 60_000)

test('a function that starts without the parameter store answers 503 with a time (FI-33)', async () => {
  const world = await newRunningWorld({ lines: ['secrets'] })
  const token = await world.as('service')
  await world.line('secrets').set({ kind: 'refuse' })
  forget(world)
  const body = { username: 'robin', display_name: 'Robin', recovery_email: 'robin@mail.example' }
  const answer = await world.call('POST', '/create_user', { token, body })
  expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([503, true])
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  await world.line('secrets').set({ kind: 'pass' })
  forget(world)
  const robin = (await world.call('POST', '/create_user', { token, body })).body.task_id
  await untilDrained(world)
  await expectDoneOnce(world, { robin })
}, 60_000)

test('a worker that starts without the parameter store keeps its tasks, and nothing counts (FI-33)', async () => {
  const world = await newRunningWorld({ lines: ['secrets', 'host'] })
  await world.line('host').set({ kind: 'refuse' })
  const robin = await ask(world, 'robin')
  await untilLogged(world, 'task_unreachable')
  await world.line('secrets').set({ kind: 'refuse' })
  forget(world)
  await world.line('host').set({ kind: 'pass' })
  await untilLogged(world, 'worker_gave_back', { lane: 'host' })
  expect(await world.ledger()).toEqual([])
  await world.line('secrets').set({ kind: 'pass' })
  // The one that failed waits half a minute before it asks again.
  forget(world)
  await untilDrained(world)
  expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 0 })
  await expectDoneOnce(world, { robin })
}, 60_000)

const password = 'Canary-Horse-33'

test.each(['ssh-key', 'ssh-host-keys', 'sealing-keys'] as const)(
  'while the secret %s is missing a task waits, nothing counts, and nothing reaches the host (FI-33)',
  async (name) => {
    const world = await newRunningWorld({ lines: ['host'] })
    const robin = await ask(world, 'robin')
    await untilDrained(world)
    const { privateKey, hostKeyFingerprints } = await world.host()
    const values = {
      'ssh-key': privateKey,
      'ssh-host-keys': JSON.stringify(hostKeyFingerprints),
      'sealing-keys': newKeyRings().sealing,
    }
    // In time for everything that is sealed from now on.
    world.installation.setSecret(name, values[name])
    forget(world)
    await world.line('host').set({ kind: 'refuse' })
    const id = await queueTask(world, userPassword, { username: 'robin' }, { password })
    world.run.secret('a password', password, id)
    world.installation.setSecret(name, undefined)
    forget(world)
    await world.line('host').set({ kind: 'pass' })
    const before = world.log.lines.length
    const postponed = () =>
      world.log.lines.slice(before).filter(({ event }) => /^task_(later|unreachable)$/.test(event))
    await expect.poll(() => postponed().length, { timeout: 20_000 }).toBeGreaterThan(0)
    await expectWaits(world, id, { attempts: 0 })
    expect(await timesBegun(world, 'user', 'update')).toBe(0)
    world.installation.setSecret(name, values[name])
    forget(world)
    await untilDrained(world)
    expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished', attempts: 0 })
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

test('a mail whose link cannot be unsealed waits for the key, and comes once (FI-33)', async () => {
  const world = await newRunningWorld({ lines: ['mail'] })
  const sealing = newKeyRings().sealing
  world.installation.setSecret('sealing-keys', sealing)
  await world.line('mail').set({ kind: 'refuse' })
  const robin = await ask(world, 'robin')
  await untilLogged(world, 'task_later', { lane: 'post' })
  world.installation.setSecret('sealing-keys', newKeyRings().sealing)
  forget(world)
  await world.line('mail').set({ kind: 'pass' })
  const unsealed = () => world.log.lines.filter(({ fields }) => fields.reason === 'unavailable')
  await expect.poll(() => unsealed().length, { timeout: 20_000 }).toBeGreaterThan(1)
  expect(await world.mails()).toEqual([])
  world.installation.setSecret('sealing-keys', sealing)
  forget(world)
  await untilDrained(world)
  await expectDoneOnce(world, { robin })
}, 60_000)

test('a mail whose key never comes back is given up after a day, and staff are told (FI-33)', async () => {
  const world = await newTestWorld({ isFast: true })
  const run = watch(world)
  await askForAccount(world, { username: 'robin' })
  await world.wake('host')
  world.installation.setSecret('sealing-keys', newKeyRings().sealing)
  forget(world)
  await world.wake('post')
  world.clock.advance((deliveryHours + 1) * 3_600_000)
  await later(world)
  await later(world)
  expect(await world.mails()).toEqual([])
  expect(JSON.stringify(world.chat())).toContain('robin')
  expect(world.chat()).toHaveLength(2)
  const mail = await world.db.collection('logs').findOne({ action: 'send_mail' })
  run.expectFailed(String(mail?._id))
  expect(await run.verdict()).toEqual([])
}, 60_000)
