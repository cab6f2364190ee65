import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { handler as runHostTasks } from '../../functions/workers/run-host-tasks.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import { Failure } from '../../lib/failure.ts'
import type { Host } from '../../lib/ports.ts'
import { LeaseLost } from '../../lib/queue/queue.ts'
import { userCreate } from '../../lib/tasks/user-create.ts'
import { userUndoCreate } from '../../lib/tasks/user-undo-create.ts'
import { type GateAnswer, HostError } from '../../lib/yunohost/gate.ts'
import { later, queueTask } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { accept, newDeliveries, plainTask, sendRaw, takeMessages } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'

test('a host that does not answer for five minutes is told to staff, once', async () => {
  const ask = () => Promise.reject(new HostError('unreachable', 'The host does not answer'))
  const world = await newTestWorld({ overrides: { host: { ask } } })
  await askForAccount(world, { username: 'robin' })
  const worker = await newDeliveries(world, 'host')
  for (let round = 0; round < 9; round += 1) {
    await worker.wake()
    await worker.redeliver()
    await world.skipWaits()
  }
  await world.runWorkers()
  expect(JSON.stringify(world.chat()).match(/The queue stands still/g)).toHaveLength(1)
})

test('a task of an action that no version knows waits for a newer worker, then for staff', async () => {
  const world = await newTestWorld()
  const task = plainTask({ action: 'from_the_future', timestamp: world.clock.now() })
  await accept(world.database, task)
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: task.id }))
  await world.wake('host')
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'pending' })
  world.clock.advance(16 * 60_000)
  await later(world)
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'parked' })
})

test('a question that is lost on the line costs the task no attempt', async () => {
  const ask = () => Promise.reject(new HostError('lost', 'The line was cut'))
  const world = await newTestWorld({ overrides: { host: { ask } } })
  const { body } = await askForAccount(world, { username: 'robin' })
  await later(world)
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 0 })
})

const blank: GateAnswer = {
  state: 'done',
  exit: 0,
  class: 'ok',
  key: null,
  text: '',
  log: null,
  seconds: 0,
  output: '',
}

/** A host that takes its time, and whose reads are answered like this. */
function slowHost(answer: Partial<GateAnswer>, milliseconds = 300) {
  const ask = () => sleep(milliseconds, { ...blank, ...answer })
  return { host: { ask } }
}

test('a read that is answered in an unknown way costs the task an attempt', async () => {
  const world = await newTestWorld({ overrides: slowHost({ class: 'unknown', text: 'Odd' }, 0) })
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 1 })
})

test('what is thrown and is no error is logged all the same, and costs an attempt', async () => {
  const ask = () => Promise.reject('plain text')
  const world = await newTestWorld({ overrides: { host: { ask } } })
  world.log.expectError('task_unexpected_error')
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 1 })
  const line = world.log.lines.find(({ event }) => event === 'task_unexpected_error')
  expect(line?.fields.errorText).toBe('plain text')
})

const absent = {
  // A folder of an earlier holder: refused at the first look.
  seen: { state: 'absent', full_name: null, mail: null, home: true, mailbox: false },
} as const
const fast = { RENEW_SECONDS: '0.05' }

async function runWithRenewal(renew: () => Promise<void>) {
  const world = await newTestWorld({ settings: fast })
  const { body } = await askForAccount(world, { username: 'robin' })
  const [message] = await takeMessages(world, 'host', 'keep')
  const { environment } = world.installation
  const { database } = world
  const worker = newWorld(environment, {
    ...world.world.overrides,
    ...slowHost(absent),
    database: { ...database, tasks: { ...database.tasks, renew } },
  })
  const event = { Records: [{ body: message?.body, receiptHandle: message?.receipt }] }
  // Where its lease was lost, the message comes back.
  await runHostTasks.run(event, newInvocation(120), worker).catch(({ name }) => name)
  await closeWorld(worker)
  return { world, task: await database.tasks.find(body.task_id) }
}

test('a lease that cannot be renewed for the moment is still held', async () => {
  const { world, task } = await runWithRenewal(() => Promise.reject(new Failure('unavailable')))
  expect(task).toMatchObject({ status: 'failed', fence: 1 })
  expect(world.log.lines.map(({ event }) => event)).not.toContain('lease_lost')
})

test('a lease that was refused is lost, and the worker writes nothing more', async () => {
  const { world, task } = await runWithRenewal(() => Promise.reject(new LeaseLost()))
  expect(task).toMatchObject({ status: 'running', fence: 1, history: [] })
  expect(world.log.lines.map(({ event }) => event)).toContain('lease_lost')
})

test('a message that cannot be hidden stops no work', async () => {
  let hidden = 0
  const doorbell = {
    ring: () => Promise.reject('no queue'),
    setAside: async () => undefined,
    hide: async () => {
      hidden += 1
      throw new Error('The message is gone')
    },
  }
  const world = await newTestWorld({
    settings: fast,
    overrides: { doorbell, ...slowHost(absent) },
  })
  const { body } = await askForAccount(world, { username: 'robin' })
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: body.task_id }))
  await world.wake('host')
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ status: 'failed' })
  const events = world.log.lines.filter(({ event }) => event === 'hide_failed')
  expect(events.length).toBeGreaterThan(1)
  expect(hidden).toBe(events.length)
  expect(events[0]?.fields.reason).toBe('Error')
  const rings = world.log.lines.filter(({ event }) => event === 'ring_failed')
  expect(rings[0]?.fields.reason).toBe('unknown')
})

test('an account that came to be with another name is left to the host to refuse', () => {
  const seen = { ...absent.seen, full_name: 'Somebody Else', mail: 'r@a.example' }
  const input = { username: 'r', display_name: 'Robin', domain: 'a.example', rid: null }
  expect(userCreate.plan({ ...seen, state: 'complete' }, input)).toMatchObject([
    { verb: 'user_create' },
  ])
})

const clean = { seen: { ...absent.seen, home: false } }
const odd: ReadonlyArray<readonly [string, Partial<GateAnswer>, Record<string, unknown>]> = [
  [
    'a refusal without words fails the task with words of ours',
    { ...clean, class: 'refused_input' },
    { status: 'failed', error: 'The host refused this.' },
  ],
  [
    'a fence that is out of date is tried again and not counted',
    { state: 'refused', class: 'refused_input', key: 'stale_fence', text: 'Too late.' },
    { status: 'pending', attempts: 0 },
  ],
  [
    'a refusal of the gate without words parks the task with words of ours',
    { state: 'refused', class: 'refused_input', key: 'bad_request' },
    { status: 'parked', error: 'The gate refused user_create.' },
  ],
]

test.each(odd)('%s', async (_, answer, outcome) => {
  const ask: Host['ask'] = async ({ op }) => ({ ...blank, ...(op === 'run' ? answer : clean) })
  const world = await newTestWorld({ overrides: { host: { ask } } })
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.wake('host')
  expect(await world.database.tasks.find(body.task_id)).toMatchObject(outcome)
})

test('a host that is busy and says nothing is tried again and not counted', async () => {
  const world = await newTestWorld({ overrides: slowHost({ class: 'busy' }, 0) })
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.wake('host')
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ attempts: 0 })
  const line = world.log.lines.find(({ event }) => event === 'task_later')
  expect(line?.fields.reason).toBe('The host could not answer.')
})

const unreadable = { username: 'robin', template: 'from_the_future' }

test('a message that this version cannot read waits for a newer one, then ends, and staff hear of it', async () => {
  const world = await newTestWorld()
  const wish = { action: 'send_mail', lane: 'post', resource: 'mail:robin' } as const
  const task = plainTask({ ...wish, input: unreadable, timestamp: world.clock.now() })
  await accept(world.database, task)
  await later(world)
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'pending', attempts: 0 })
  world.clock.advance(16 * 60_000)
  await later(world)
  await later(world)
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'failed', sealed: {} })
  expect(JSON.stringify(world.chat())).toContain('A task needs you')
})

/** A task for robin whose earlier worker got as far as this step. */
async function newTaskAtStep(step: number, attached: Partial<GateAnswer>) {
  const seen = { state: 'complete', full_name: 'Robin Ash', mail: 'robin@lantern.example' } as const
  const whole = { seen: { ...seen, home: true, mailbox: true } }
  const ask: Host['ask'] = async ({ op }) => ({ ...blank, ...(op === 'attach' ? attached : whole) })
  const world = await newTestWorld({ overrides: { host: { ask } } })
  const { body } = await askForAccount(world, { username: 'robin' })
  const queue = world.db.collection<{ _id: string }>('tasks_queue')
  await queue.updateOne({ _id: body.task_id }, { $set: { step, intent: 'absent' } })
  await world.wake('host')
  return world.database.tasks.find(body.task_id)
}

test('trouble of the gate itself in an earlier step costs the task an attempt', async () => {
  const trouble = { class: 'trouble', key: 'gate_trouble', text: 'No room.' } as const
  expect(await newTaskAtStep(1, trouble)).toMatchObject({ status: 'pending', attempts: 1 })
})

test('a second step that the gate never heard of leaves the first one known', async () => {
  expect(await newTaskAtStep(2, { state: 'none' })).toMatchObject({ status: 'finished' })
})

test('an undoing that has no time to wait for the creation is left to the next worker', async () => {
  const states = ['running', 'done'] as const
  let asked = 0
  const ask: Host['ask'] = async ({ op }) => {
    if (op !== 'attach') return { ...blank, ...clean }
    asked += 1
    return { ...blank, state: states[asked - 1] ?? 'done' }
  }
  const world = await newTestWorld({ overrides: { host: { ask } } })
  await world.addAccount({ username: 'robin', state: 'failed' })
  const input = { username: 'robin', task: 'E'.repeat(22), step: 1, fence: 1 }
  const id = await queueTask(world, userUndoCreate, input)
  const worker = await newDeliveries(world, 'host')
  // Little time is left from the first answer on, until the next worker comes.
  const left = () => (asked === 1 ? 10 : 100)
  const first = worker.wake({ getRemainingTimeInMillis: () => left() * 1000 })
  const isLeft = async () => (await world.database.tasks.find(id))?.lease?.owner === null
  await expect.poll(isLeft, { timeout: 10_000 }).toBe(true)
  asked = 2
  await first
  await later(world)
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished', attempts: 0 })
})

test('an undoing of a creation that never began a command waits for nothing', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', state: 'failed' })
  const input = { username: 'robin', task: 'E'.repeat(22), step: 0, fence: 1 }
  const id = await queueTask(world, userUndoCreate, input)
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished' })
})
