import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { startQueues } from '../../infra/local/queues.ts'
import { sqsDoorbell, sqsWorkerDoorbell } from '../../lib/adapters/sqs.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Doorbell } from '../../lib/ports.ts'
import { startStub } from './stub.ts'

async function newQueues() {
  const queues = await startQueues()
  onTestFinished(() => queues.stop())
  const urls = await queues.create('test-')
  const environment = {
    HOST_QUEUE_URL: urls.host,
    POST_QUEUE_URL: urls.post,
    DEAD_LETTER_QUEUE_URL: urls.dead,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  }
  const { doorbell } = await openPorts({ doorbell: sqsWorkerDoorbell }, newWorld(environment))
  const receive = async (url: string) => {
    const answer = await queues.client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['MessageGroupId', 'MessageDeduplicationId'],
        MessageAttributeNames: ['All'],
      }),
    )
    return answer.Messages ?? []
  }
  return { urls, environment, doorbell, receive }
}

const ring = { lane: 'host', taskId: 't1', ring: 1, resource: 'account:robin' } as const

test('a ring is a message with the task id only, in the one group of lane host', async () => {
  const { urls, doorbell, receive } = await newQueues()
  await doorbell.ring(ring)
  const [message, ...more] = await receive(urls.host)
  expect(message?.Body).toBe('{"v":1,"taskId":"t1"}')
  expect(message?.Attributes).toMatchObject({
    MessageGroupId: 'host',
    MessageDeduplicationId: 't1#1',
  })
  expect(more).toEqual([])
})

test('the same ring twice is one message, and the next ring is another', async () => {
  const { urls, doorbell, receive } = await newQueues()
  await doorbell.ring({ ...ring, lane: 'post' })
  await doorbell.ring({ ...ring, lane: 'post' })
  await doorbell.ring({ ...ring, lane: 'post', ring: 2, resource: 'account:kim' })
  expect((await receive(urls.post)).map(({ Body }) => Body)).toHaveLength(2)
})

test('in lane post each resource is a group, whatever characters it has', async () => {
  const { urls, doorbell, receive } = await newQueues()
  const resources = ['account:robin', 'ä ö\n', 'x'.repeat(1000)]
  for (const [index, resource] of resources.entries()) {
    await doorbell.ring({ lane: 'post', taskId: `t${index}`, ring: 1, resource })
  }
  const groups = (await receive(urls.post)).map(({ Attributes }) => Attributes?.['MessageGroupId'])
  expect(new Set(groups).size).toBe(3)
  expect(groups.every((group) => /^[0-9a-f]{64}$/.test(group ?? ''))).toBe(true)
})

test('a message is hidden for as long as the worker says', async () => {
  const { urls, doorbell, receive } = await newQueues()
  await doorbell.ring(ring)
  const [message] = await receive(urls.host)
  expect(await receive(urls.host)).toEqual([])
  await doorbell.hide('host', message?.ReceiptHandle ?? '', 0)
  expect(await receive(urls.host)).toHaveLength(1)
})

test('a message that was set aside lies where an alarm watches, once, with the reason', async () => {
  const { urls, doorbell, receive } = await newQueues()
  await doorbell.setAside('{"v":9}', 'unknown version')
  await doorbell.setAside('{"v":9}', 'unknown version')
  const [message, ...more] = await receive(urls.dead)
  expect(message?.Body).toBe('{"v":9}')
  expect(message?.MessageAttributes?.['reason']?.StringValue).toBe('unknown version')
  expect(more).toEqual([])
})

test.each([
  ['an empty one', '', '(empty)'],
  ['one of 1 MB', 'x'.repeat(1_000_000), 'x'.repeat(16_384)],
  ['one with control characters', 'a\u0000b\u001bc\ud83d', 'a\ufffdb\ufffdc\ufffd'],
])('any message can be set aside: %s', async (_, body, kept) => {
  const { urls, doorbell, receive } = await newQueues()
  await doorbell.setAside(body, '')
  expect((await receive(urls.dead)).map(({ Body }) => Body)).toEqual([kept])
})

test('an endpoint rings and does nothing else with messages', async () => {
  const { environment, urls, receive } = await newQueues()
  const { doorbell } = await openPorts({ doorbell: sqsDoorbell }, newWorld(environment))
  await doorbell.ring(ring)
  expect(await receive(urls.host)).toHaveLength(1)
  await expect(doorbell.hide('host', 'x', 1)).rejects.toThrow('Only a worker')
  await expect(doorbell.setAside('x', 'y')).rejects.toThrow('Only a worker')
  expect(sqsDoorbell.grants.map(({ action }) => action)).toEqual([
    'sqs:SendMessage',
    'sqs:SendMessage',
  ])
})

test('a queue that does not answer is given up after 2 seconds', async () => {
  const stub = await startStub(() => undefined)
  const doorbell = await openAgainst(stub.origin)
  const began = performance.now()
  await expect(doorbell.ring(ring)).rejects.toThrow()
  expect(performance.now() - began).toBeLessThan(3000)
})

async function openAgainst(origin: string): Promise<Doorbell> {
  const environment = {
    HOST_QUEUE_URL: `${origin}/0/host.fifo`,
    POST_QUEUE_URL: `${origin}/0/post.fifo`,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SQS: origin,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  }
  return (await openPorts({ doorbell: sqsDoorbell }, newWorld(environment))).doorbell
}
