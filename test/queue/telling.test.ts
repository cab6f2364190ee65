import { expect, test } from 'vitest'
import type { Host } from '../../lib/ports.ts'
import { missesBeforeTelling, slowMinutes } from '../../lib/queue/policy.ts'
import { type GateAnswer, HostError } from '../../lib/yunohost/gate.ts'
import { askForAccount } from '../support/story.ts'
import { newDeliveries } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const busy: GateAnswer = {
  ...{ state: 'done', class: 'busy', key: null, text: '', output: '', log: null },
  ...{ exit: 0, seconds: 0 },
}

const reports = [
  [
    'a lane that stands still',
    () => Promise.reject(new HostError('unreachable', 'The host does not answer')),
    { text: 'The queue stands still', tries: missesBeforeTelling, minutes: 0 },
  ],
  [
    'a task that takes long',
    () => Promise.resolve(busy),
    { text: 'A task takes very long', tries: 1, minutes: slowMinutes + 1 },
  ],
] as const satisfies ReadonlyArray<readonly [string, Host['ask'], object]>

/** The next worker that wants to tell staff something ends at that moment. Gives how many did. */
function endWhileTelling(world: TestWorld): () => number {
  const { database } = world
  let ended = 0
  const transaction: typeof database.transaction = (work) =>
    database.transaction((records) => {
      const insert: typeof records.tasks.insert = async (task) => {
        if (task.action !== 'tell_staff' || ended === 1) return records.tasks.insert(task)
        ended += 1
        throw new TypeError('The worker is gone')
      }
      return work({ ...records, tasks: { ...records.tasks, insert } })
    })
  Object.assign(world.world.overrides, { database: { ...database, transaction } })
  return () => ended
}

test.each(reports)(
  '%s is told to staff once, also where a worker ends over it',
  async (_, ask, about) => {
    const world = await newTestWorld({ overrides: { host: { ask } } })
    world.log.expectError('task_unexpected_error')
    const ended = endWhileTelling(world)
    await askForAccount(world, { username: 'robin' })
    const startedAt = new Date(world.clock.now().getTime() - about.minutes * 60_000)
    await world.db.collection('tasks_queue').updateOne({}, { $set: { startedAt } })
    const worker = await newDeliveries(world, 'host')
    for (let round = 1; round <= about.tries + 3; round += 1) {
      await worker.wake().catch(() => undefined)
      await worker.redeliver()
      await world.skipWaits()
    }
    await world.runWorkers()
    expect(ended()).toBe(1)
    expect(JSON.stringify(world.chat()).split(about.text)).toHaveLength(2)
  },
)

const silence = new HostError('unreachable', 'The host does not answer')
const unheard: GateAnswer = { ...busy, class: 'unknown' }

/** A world whose host says always the same, until it is told to say something else. */
async function newWorldOfHost(first: GateAnswer | HostError) {
  let said = first
  const ask = async () => {
    if (said instanceof HostError) throw said
    return said
  }
  const world = await newTestWorld({ overrides: { host: { ask } } })
  const worker = await newDeliveries(world, 'host')
  const wake = async (times: number) => {
    for (let round = 0; round < times; round += 1) {
      await worker.wake()
      await worker.redeliver()
      await world.skipWaits()
      await world.sweep()
    }
  }
  const reply = (next: GateAnswer | HostError) => {
    said = next
  }
  return { world, wake, reply }
}

test.each([
  ['is busy', busy, 'pending'],
  ['makes its task wait for staff', unheard, 'parked'],
] as const)(
  'a host that is back and %s has its next outage told, with waits from the shortest on',
  async (_, answer, status) => {
    const { world, wake, reply } = await newWorldOfHost(silence)
    const { body } = await askForAccount(world, { username: 'robin' })
    const misses = async () => (await world.db.collection('lanes').findOne())?.['misses']
    await wake(missesBeforeTelling + 1)
    reply(answer)
    await wake(3)
    expect([(await world.database.tasks.find(body.task_id))?.status, await misses()]).toEqual([
      status,
      undefined,
    ])
    reply(silence)
    await askForAccount(world, { username: 'sandy' })
    await wake(1)
    expect(await misses()).toBe(1)
    await wake(missesBeforeTelling)
    await world.runWorkers()
    expect(JSON.stringify(world.chat()).split('The queue stands still')).toHaveLength(3)
  },
)

test.each([
  ['waited for staff for hours', unheard, true],
  ['waited for an absent host for hours', silence, false],
] as const)('a task that %s is not told as slow at its next try', async (_, before, isRetried) => {
  const { world, wake, reply } = await newWorldOfHost(before)
  const { body } = await askForAccount(world, { username: 'robin' })
  await wake(4)
  const begun = { startedAt: { $ne: null } }
  const hoursAgo = new Date(world.clock.now().getTime() - 4 * 3_600_000)
  await world.db.collection('tasks_queue').updateMany(begun, { $set: { startedAt: hoursAgo } })
  expect(await world.database.tasks.retry(body.task_id, 'staff')).toBe(isRetried)
  reply(busy)
  await world.skipWaits()
  await world.sweep()
  await wake(2)
  await world.runWorkers()
  expect(world.log.lines.map(({ event }) => event)).toContain('task_later')
  expect(JSON.stringify(world.chat())).not.toContain('A task takes very long')
})
