import { setTimeout as sleep } from 'node:timers/promises'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import {
  drainQueue,
  type EventSource,
  pollQueue,
  startSchedule,
} from '../../infra/local/event-source.ts'
import { startQueues } from '../../infra/local/queues.ts'

type Invoke = EventSource['invoke']

async function open(invoke: (body: string, event: unknown) => Promise<void>, timeoutSeconds = 10) {
  const queues = await startQueues()
  onTestFinished(queues.stop)
  const urls = await queues.create('t-')
  const failures: unknown[] = []
  const call: Invoke = (event) => invoke(bodyOf(event), event)
  const source: EventSource = {
    client: queues.client,
    queueUrl: urls.post,
    timeoutSeconds,
    invoke: call,
    onFailure: (error) => failures.push(error),
  }
  const send = (group: string, body: string) =>
    queues.client.send(
      new SendMessageCommand({
        QueueUrl: urls.post,
        MessageBody: body,
        MessageGroupId: group,
        MessageDeduplicationId: body,
      }),
    )
  return { source, send, failures }
}

function bodyOf(event: unknown): string {
  const { Records } = event as { Records: ReadonlyArray<{ body: string }> }
  return Records[0]?.body ?? ''
}

test('a message wakes the worker with an event of SQS and is deleted', async () => {
  const events: unknown[] = []
  const { source, send } = await open(async (_body, event) => void events.push(event))
  await send('g', 'one')
  expect(await drainQueue(source)).toBe(1)
  expect(await drainQueue(source)).toBe(0)
  expect(events).toMatchObject([
    {
      Records: [
        {
          body: 'one',
          eventSource: 'aws:sqs',
          receiptHandle: expect.any(String),
          attributes: { ApproximateReceiveCount: '1', MessageGroupId: 'g' },
        },
      ],
    },
  ])
})

test('messages of one group come one after the other, groups side by side', async () => {
  const running = new Set<string>()
  const order: string[] = []
  let most = 0
  const { source, send } = await open(async (body) => {
    expect(running.has(body.charAt(0))).toBe(false)
    running.add(body.charAt(0))
    most = Math.max(most, running.size)
    await sleep(100)
    running.delete(body.charAt(0))
    order.push(body)
  })
  for (const body of ['a1', 'a2', 'b1', 'c1']) await send(body.charAt(0), body)
  const polling = pollQueue(source, 5)
  await expect.poll(() => order.length).toBe(4)
  await polling.stop()
  expect(most).toBeGreaterThan(1)
  expect(order.indexOf('a1')).toBeLessThan(order.indexOf('a2'))
})

test('a call that throws leaves its message hidden, and its group waits', async () => {
  const { source, send, failures } = await open(async () => {
    throw new Error('no')
  })
  await send('g', 'one')
  await send('g', 'two')
  expect(await drainQueue(source)).toBe(1)
  expect(failures).toHaveLength(1)
})

test('a call that takes too long counts as failed', async () => {
  const { source, send, failures } = await open(() => new Promise(() => undefined), 0.05)
  await send('g', 'one')
  await drainQueue(source)
  expect(failures).toMatchObject([{ name: 'InvocationTimeout' }])
})

test('stopping waits for the call that is under way', async () => {
  let hasEnded = false
  let hasBegun = false
  const { source, send } = await open(async () => {
    hasBegun = true
    await sleep(200)
    hasEnded = true
  })
  await send('g', 'one')
  const polling = pollQueue(source, 1)
  await expect.poll(() => hasBegun).toBe(true)
  await polling.stop()
  expect(hasEnded).toBe(true)
})

test('the clock wakes a worker again and again, never twice at a time', async () => {
  let running = 0
  let calls = 0
  const schedule = startSchedule({
    everySeconds: 0.02,
    timeoutSeconds: 5,
    onFailure: () => undefined,
    invoke: async () => {
      running += 1
      expect(running).toBe(1)
      await sleep(20)
      running -= 1
      calls += 1
      if (calls === 2) throw new Error('a failure stops nothing')
    },
  })
  await expect.poll(() => calls).toBeGreaterThan(3)
  await schedule.stop()
  expect(running).toBe(0)
})
