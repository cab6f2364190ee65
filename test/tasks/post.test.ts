import { expect, test } from 'vitest'
import type * as z from 'zod'
import { handler as mailFeedback } from '../../functions/workers/mail-feedback.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import type { TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import { Failure } from '../../lib/failure.ts'
import type { ChatMessage } from '../../lib/ports.ts'
import { DeliveryError } from '../../lib/queue/delivery.ts'
import { LeaseLost } from '../../lib/queue/queue.ts'
import { sendMail } from '../../lib/tasks/send-mail.ts'
import { tellStaff } from '../../lib/tasks/tell-staff.ts'
import { later } from '../support/host-tasks.ts'
import { tokenIn } from '../support/story.ts'
import { accept, makeTask, sendRaw } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

type Template = 'set_password' | 'reset_password' | 'password_changed' | 'password_refused'

async function queueMail(world: TestWorld, username: string, template: Template): Promise<string> {
  const secrets = template === 'password_changed' ? {} : { token: 'T'.repeat(43) }
  const task = await makeTask(world.world, sendMail, { input: { template, username }, secrets })
  await accept(world.database, task)
  await sendRaw(world, 'post', JSON.stringify({ v: 1, taskId: task.id }))
  return task.id
}

function queueNotice(world: TestWorld, username: string): Promise<string> {
  return queueStaff(world, { event: 'account_created', username, reason: '' })
}

async function queueStaff(
  world: TestWorld,
  input: z.infer<typeof tellStaff.input>,
): Promise<string> {
  const task = await makeTask(world.world, tellStaff, { input })
  await accept(world.database, task)
  await sendRaw(world, 'post', JSON.stringify({ v: 1, taskId: task.id }))
  return task.id
}

async function secondsToWait(world: TestWorld, id: string): Promise<number> {
  const task = await world.db.collection<TaskDocument>('tasks_queue').findOne({ _id: id })
  return (task?.notBefore?.getTime() ?? 0) / 1000 - Date.now() / 1000
}

test('each mail goes to the address of its account, in its language, with its link', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', language: 'de' })
  for (const template of [
    'set_password',
    'reset_password',
    'password_refused',
    'password_changed',
  ] as const) {
    const id = await queueMail(world, 'robin', template)
    await world.wake('post')
    expect(await world.database.tasks.find(id), template).toMatchObject({
      status: 'finished',
    })
    expect((await world.database.tasks.find(id))?.sealed).toEqual({})
    const mail = (await world.mails()).at(-1)
    expect(mail?.to).toEqual(['robin@elsewhere.example'])
    expect(tokenIn(mail)).toBe(template === 'password_changed' ? '' : 'T'.repeat(43))
  }
  expect(new Set((await world.mails()).map(({ subject }) => subject)).size).toBe(4)
})

test('nobody is mailed where there is no account, no address, or one that came back', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'noaddress', address: null })
  await world.addAccount({ username: 'bounced', addressState: 'bounced' })
  for (const username of ['nobody', 'noaddress', 'bounced']) {
    const id = await queueMail(world, username, 'reset_password')
    await world.wake('post')
    expect(await world.database.tasks.find(id), username).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/address/),
    })
    expect((await world.database.tasks.find(id))?.sealed).toEqual({})
  }
  expect(await world.mails()).toEqual([])
})

test('a mail that will never be accepted marks its address, and is not tried again', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', address: 'robin@one.example, other@two.example' })
  const id = await queueMail(world, 'robin', 'reset_password')
  await world.wake('post')
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'failed' })
  expect(await world.database.accounts.find('robin')).toMatchObject({ addressState: 'bounced' })
})

test('a mail that was not accepted is tried after 10, 60, 300, 900 and then every 3,600 seconds (FI-24)', async () => {
  const mailer = { send: () => Promise.reject(new DeliveryError('transient', 'Not now')) }
  const world = await newTestWorld({ overrides: { mailer } })
  await world.addAccount({ username: 'robin' })
  const id = await queueMail(world, 'robin', 'reset_password')
  for (const wait of [10, 60, 300, 900, 3600, 3600]) {
    await world.wake('post')
    const seconds = await secondsToWait(world, id)
    expect(seconds).toBeGreaterThan(wait - 6)
    expect(seconds).toBeLessThanOrEqual(wait)
    await world.skipWaits()
    await world.sweep()
  }
  expect(await world.database.tasks.find(id)).toMatchObject({ attempts: 0, status: 'pending' })
})

test('a mail that nobody took for a day is given up, and staff are told (FI-24)', async () => {
  const mailer = { send: () => Promise.reject(new DeliveryError('ambiguous', 'Nobody knows')) }
  const world = await newTestWorld({ overrides: { mailer } })
  await world.addAccount({ username: 'robin' })
  const id = await queueMail(world, 'robin', 'reset_password')
  await world.wake('post')
  world.clock.advance(25 * 3_600_000)
  await later(world)
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({
    status: 'failed',
    error: 'Nobody knows',
    sealed: {},
  })
  expect(world.chat()).toHaveLength(1)
})

test('mails of one person keep their order behind one that has to wait, others go past', async () => {
  let fails = 1
  const sent: string[] = []
  const mailer = {
    send: async (mail: { to: string; subject: string }) => {
      if (mail.to.startsWith('robin') && fails > 0) {
        fails -= 1
        throw new DeliveryError('transient', 'Not now')
      }
      sent.push(`${mail.to} ${mail.subject}`)
      return { messageId: 'm' }
    },
  }
  const world = await newTestWorld({ overrides: { mailer } })
  await world.addAccount({ username: 'robin' })
  await world.addAccount({ username: 'sandy' })
  await queueMail(world, 'robin', 'reset_password')
  world.clock.advance(1000)
  await queueMail(world, 'robin', 'password_changed')
  world.clock.advance(1000)
  await queueMail(world, 'sandy', 'reset_password')
  await world.wake('post')
  expect(sent).toHaveLength(1)
  await later(world)
  expect(sent.map((line) => line.split('@')[0])).toEqual(['sandy', 'robin', 'robin'])
  expect(sent[1]).not.toBe(sent[2])
})

test('a message that the chat asks patience for waits for as long as it says (FI-25)', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  world.setChatFault({ kind: 'rate_limited', retryAfterSeconds: 120 })
  const id = await queueNotice(world, 'robin')
  await world.wake('post')
  const seconds = await secondsToWait(world, id)
  expect(seconds).toBeGreaterThan(110)
  expect(seconds).toBeLessThanOrEqual(120)
  world.setChatFault({ kind: 'broken' })
  await later(world)
  expect(await secondsToWait(world, id)).toBeGreaterThan(50)
  world.setChatFault(undefined)
  await later(world)
  expect(world.chat()).toHaveLength(1)
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished' })
})

test('what the chat does not take holds up later messages of the same subject and no others', async () => {
  let fails = 1
  const posted: string[] = []
  const chat = {
    post: async (message: ChatMessage) => {
      const text = `${message.title} ${message.fields[0]?.value}`
      if (text.includes('robin') && fails > 0) {
        fails -= 1
        throw new DeliveryError('transient', 'The chat answered 500')
      }
      posted.push(text)
    },
  }
  const world = await newTestWorld({ overrides: { chat } })
  const about = { id: 't1', action: 'user_update', resource: 'account:robin', reason: '' }
  await queueNotice(world, 'robin')
  world.clock.advance(1000)
  await queueStaff(world, { event: 'task_parked', ...about })
  world.clock.advance(1000)
  await queueNotice(world, 'sandy')
  await queueStaff(world, { event: 'lane_stopped', lane: 'host', reason: 'The key was refused' })
  await world.runWorkers()
  expect(posted.toSorted()).toEqual(['An account was created sandy', 'The queue stands still host'])
  await later(world)
  expect(posted.slice(2)).toEqual(['An account was created robin', 'A task needs you t1'])
})

test('while the chat asks for patience each message waits for itself, and none is lost', async () => {
  const world = await newTestWorld()
  world.setChatFault({ kind: 'rate_limited', retryAfterSeconds: 120 })
  const ids = [await queueNotice(world, 'robin'), await queueNotice(world, 'sandy')]
  await world.runWorkers()
  for (const id of ids) expect(await secondsToWait(world, id)).toBeGreaterThan(110)
  world.setChatFault(undefined)
  await later(world)
  expect(world.chat()).toHaveLength(2)
})

test('a chat message that is refused for good is dropped with its reason (FI-25)', async () => {
  const chat = {
    post: () => Promise.reject(new DeliveryError('permanent', 'The chat answered 400')),
  }
  const world = await newTestWorld({ overrides: { chat } })
  const id = await queueNotice(world, 'robin')
  await world.wake('post')
  expect(await world.database.tasks.find(id)).toMatchObject({
    status: 'failed',
    error: 'The chat answered 400',
  })
})

test('a mail without the token of its link is an error of ours, and nobody gets half of it', async () => {
  const world = await newTestWorld()
  world.log.expectError('task_unexpected_error')
  await world.addAccount({ username: 'robin' })
  const input = { template: 'reset_password', username: 'robin' } as const
  const task = await makeTask(world.world, sendMail, { input })
  await accept(world.database, task)
  await sendRaw(world, 'post', JSON.stringify({ v: 1, taskId: task.id }))
  await world.wake('post')
  expect(await world.mails()).toEqual([])
  expect(await world.database.tasks.find(task.id)).toMatchObject({ status: 'pending', attempts: 1 })
})

test('an error of ours in a message is logged, tried three times and then told to staff', async () => {
  const mailer = { send: () => Promise.reject(new TypeError('x is not a function')) }
  const world = await newTestWorld({ overrides: { mailer } })
  world.log.expectError('task_unexpected_error')
  await world.addAccount({ username: 'robin' })
  const id = await queueMail(world, 'robin', 'reset_password')
  for (let round = 0; round < 3; round += 1) await later(world)
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'failed', attempts: 2 })
  expect(world.chat()).toHaveLength(1)
})

async function wakeWithoutNotes(error: Error) {
  const world = await newTestWorld()
  world.setChatFault({ kind: 'rate_limited', retryAfterSeconds: 120 })
  const id = await queueNotice(world, 'robin')
  const { tasks } = world.database
  const recordAttempt = () => Promise.reject(error)
  const database = { ...world.database, tasks: { ...tasks, recordAttempt } }
  Object.assign(world.world.overrides, { database })
  await world.wake('post')
  return { world, id, task: await tasks.find(id) }
}

test('a try that cannot be written down because the database is away is no error of ours', async () => {
  const { world, id, task } = await wakeWithoutNotes(new Failure('unavailable'))
  expect(task).toMatchObject({ status: 'pending', attempts: 0, step: 1 })
  expect(await secondsToWait(world, id)).toBeGreaterThan(110)
})

test('who finds the task in other hands after a try leaves it alone', async () => {
  const { world, task } = await wakeWithoutNotes(new LeaseLost())
  expect(task).toMatchObject({ status: 'running', step: 1 })
  expect(world.log.lines.map(({ event }) => event)).toContain('lease_lost')
})

/** An SNS event as Lambda hands it over, with SES's own document inside. */
function snsEvent(...documents: readonly unknown[]) {
  const Records = documents.map((document) => ({
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: 'arn:aws:sns:eu-central-1:000000000000:mail-events:1',
    Sns: {
      Type: 'Notification',
      MessageId: '6a1c0e5e-0000-4000-8000-000000000000',
      TopicArn: 'arn:aws:sns:eu-central-1:000000000000:mail-events',
      Subject: 'Amazon SES Email Event Notification',
      Message: typeof document === 'string' ? document : JSON.stringify(document),
      Timestamp: '2026-01-02T03:04:05.678Z',
    },
  }))
  return { Records }
}

const mail = {
  timestamp: '2026-01-02T03:04:05.000Z',
  source: 'gatehouse@lantern.example',
  messageId: '010001',
  destination: ['robin@elsewhere.example'],
  tags: { 'ses:configuration-set': ['gatehouse'] },
}

function bounce(bounceType: string, ...addresses: readonly string[]) {
  const bouncedRecipients = addresses.map((emailAddress) => ({
    emailAddress,
    action: 'failed',
    status: '5.1.1',
    diagnosticCode: 'smtp; 550 5.1.1 user unknown',
  }))
  const facts = { bounceSubType: 'General', feedbackId: 'f', reportingMTA: 'dns; mx.example' }
  return { eventType: 'Bounce', mail, bounce: { bounceType, bouncedRecipients, ...facts } }
}

function complaint(emailAddress: string) {
  const facts = { feedbackId: 'f', complaintFeedbackType: 'abuse', complaintSubType: null }
  return {
    eventType: 'Complaint',
    mail,
    complaint: { complainedRecipients: [{ emailAddress }], ...facts },
  }
}

async function feedBack(world: TestWorld, ...documents: readonly unknown[]): Promise<void> {
  await mailFeedback.run(snsEvent(...documents), newInvocation(30), world.world)
}

async function stateOf(world: TestWorld, username: string) {
  return (await world.database.accounts.find(username))?.addressState
}

test('a bounce for good and a complaint mark the address, a passing bounce does not', async () => {
  const world = await newTestWorld()
  for (const username of ['robin', 'sandy', 'tony', 'una']) await world.addAccount({ username })
  await feedBack(
    world,
    bounce('Permanent', 'Robin@Elsewhere.example'),
    complaint('sandy@elsewhere.example'),
  )
  await feedBack(world, bounce('Transient', 'tony@elsewhere.example'))
  expect(await stateOf(world, 'robin')).toBe('bounced')
  expect(await stateOf(world, 'sandy')).toBe('complained')
  expect(await stateOf(world, 'tony')).toBe('good')
  expect(await stateOf(world, 'una')).toBe('good')
  const id = await queueMail(world, 'robin', 'reset_password')
  await world.wake('post')
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'failed' })
})

test('events of other kinds, about strangers, or that are no JSON change nothing', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  await feedBack(
    world,
    { eventType: 'Delivery', mail, delivery: { recipients: ['robin@elsewhere.example'] } },
    bounce('Permanent', 'stranger@elsewhere.example'),
    bounce('Permanent', '{"$gt":""}'),
    'Successfully validated SNS topic for Amazon SES event publishing.',
    { eventType: 'Bounce', bounce: 'everything' },
    null,
  )
  expect(await stateOf(world, 'robin')).toBe('good')
  const ignored = world.log.lines.filter(({ event }) => event === 'mail_event_ignored')
  expect(ignored).toHaveLength(4)
  expect(JSON.stringify(world.log.lines)).not.toContain('elsewhere.example')
})
