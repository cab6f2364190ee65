import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PurgeQueueCommand } from '@aws-sdk/client-sqs'
import ssh2 from 'ssh2'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type LocalHost, startHost } from '../../infra/local/host.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import { resumeLane } from '../../lib/queue/control.ts'
import { longestProbeSeconds } from '../../lib/queue/policy.ts'
import { controlOf } from '../support/control.ts'
import { sharedServers } from '../support/servers.ts'
import { takeMessages } from '../support/workers.ts'
import type { TestWorld } from '../support/world.ts'
import {
  ask,
  expectDoneOnce,
  expectWaits,
  newRunningWorld,
  untilDrained,
  untilLogged,
} from './running.ts'

// So that staff hear of it after two seconds instead of five minutes.
const quickProbes = { FIRST_PROBE_SECONDS: '0.1', LONGEST_PROBE_SECONDS: '0.5' }
const missesBeforeTelling = 7
// Fifty tasks keep a small machine busy: what is merely late there must not count as lost, come twice or be overtaken.
const patience = {
  ...{ LEASE_SECONDS: '5', DATABASE_SECONDS: '5', QUEUE_SECONDS: '5' },
  ...{ SSH_CONNECT_SECONDS: '5', SSH_KEEP_ALIVE_SECONDS: '2' },
  ...{ MAIL_SECONDS: '5', CHAT_SECONDS: '5' },
}

async function askAll(world: TestWorld, names: readonly string[]) {
  const tasks: Record<string, string> = {}
  for (const name of names) tasks[name] = await ask(world, name)
  return tasks
}

test('fifty tasks outlast a host that is away: no attempt counts, staff hear once, the order stays (FI-07)', async () => {
  const settings = { ...quickProbes, ...patience }
  const world = await newRunningWorld({ lines: ['host'], settings })
  await world.line('host').set({ kind: 'refuse' })
  const names = Array.from({ length: 50 }, (_, at) => `robin${String(at).padStart(2, '0')}`)
  const tasks = await askAll(world, names)
  await untilLogged(world, 'task_unreachable', { times: missesBeforeTelling + 1 })
  await expect.poll(() => world.chat().length, { timeout: 10_000 }).toBe(1)
  expect(JSON.stringify(world.chat())).toContain('The queue stands still')
  for (const id of Object.values(tasks)) await expectWaits(world, id, { attempts: 0 })
  const token = await world.as('service')
  const last = await world.call('GET', `/tasks/${tasks['robin49']}`, { token })
  expect(last).toMatchObject({ status: 200, body: { status: 'pending', position: 49 } })
  await world.line('host').set({ kind: 'pass' })
  await untilDrained(world, 180)
  expect(JSON.stringify(world.chat()).match(/The queue stands still/g)).toHaveLength(1)
  expect(await takeMessages(world, 'dead')).toEqual([])
  await expectDoneOnce(world, tasks)
}, 240_000)

test('as deployed, a host that is back is noticed after five minutes at most (FI-07)', () => {
  expect(longestProbeSeconds).toBeLessThanOrEqual(300)
})

test('tasks outlive their messages in an outage that is longer than the queue remembers (FI-08)', async () => {
  const world = await newRunningWorld({ lines: ['host'], settings: quickProbes })
  await world.line('host').set({ kind: 'refuse' })
  const tasks = await askAll(world, ['robin', 'sandy', 'tony'])
  await untilLogged(world, 'task_unreachable', { times: 2 })
  const { client } = (await sharedServers()).queues
  await client.send(new PurgeQueueCommand({ QueueUrl: world.installation.queueUrls.host }))
  const rings = world.log.lines.filter(({ event }) => event === 'rang_again').length
  await world.line('host').set({ kind: 'pass' })
  await untilDrained(world)
  expect(world.log.lines.filter(({ event }) => event === 'rang_again').length).toBeGreaterThan(
    rings,
  )
  await expectDoneOnce(world, tasks)
}, 60_000)

async function startOtherHost(): Promise<LocalHost> {
  const folder = join(inject('ground').folder, `other-host-${process.pid}`)
  const other = await startHost({ folder, domain: mailDomain })
  onTestFinished(() => other.stop())
  return other
}

/** How often somebody offered a key to a host; undefined where its server keeps no log. */
async function signIns({ folder, kind }: LocalHost): Promise<number | undefined> {
  if (kind !== 'openssh') return undefined
  const log = await readFile(join(folder, 'ssh', 'sshd.log'), 'utf8')
  return log.split(/Accepted publickey|Failed publickey/).length - 1
}

test('another server in the place of the host sees no key, the lane stops, and resume goes on (FI-10)', async () => {
  const world = await newRunningWorld({ lines: ['host'] })
  const other = await startOtherHost()
  world.line('host').turnTo(other.port)
  const before = await signIns(other)
  const tasks = await askAll(world, ['robin', 'sandy'])
  await untilLogged(world, 'task_stop_lane')
  await expect.poll(() => world.chat().length, { timeout: 10_000 }).toBe(1)
  expect(await signIns(other)).toBe(before)
  const lane = await world.database.tasks.laneState('host')
  expect(lane).toMatchObject({ paused: true, pending: 2, running: 0 })
  expect(lane.reason).toContain('key')
  expect((await world.call('GET', '/health')).status).toBe(200)
  expect((await world.call('GET', '/openapi.json')).status).toBe(200)
  tasks['tony'] = await ask(world, 'tony')
  world.line('host').turnTo((await world.host()).port)
  await resumeLane(await controlOf(world), 'host')
  await untilDrained(world)
  for (const id of Object.values(tasks)) {
    expect(await world.database.tasks.find(id)).toMatchObject({ attempts: 0 })
  }
  expect(JSON.stringify(world.chat()).match(/stands still/g)).toHaveLength(1)
  await expectDoneOnce(world, tasks)
}, 60_000)

test('a host that refuses our key stops the lane, and staff are told once (FI-10)', async () => {
  const world = await newRunningWorld()
  const other = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const right = (await world.host()).privateKey
  world.installation.setSecret('ssh-key', other.private)
  const robin = await ask(world, 'robin')
  await untilLogged(world, 'task_stop_lane')
  await expect.poll(() => world.chat().length, { timeout: 10_000 }).toBe(1)
  expect(await world.database.tasks.laneState('host')).toMatchObject({ paused: true, pending: 1 })
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'pending', attempts: 0 })
  world.installation.setSecret('ssh-key', right)
  await resumeLane(await controlOf(world), 'host')
  await untilDrained(world)
  await expectDoneOnce(world, { robin })
}, 60_000)
