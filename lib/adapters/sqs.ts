import { createHash } from 'node:crypto'
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { Doorbell } from '../ports.ts'
import type { Lane } from '../queue/queue.ts'
import type { Opening } from './adapter.ts'
import { adapter } from './adapter.ts'
import { awsClientConfig, awsUrl, awsVariables } from './aws.ts'
import { seconds } from './seconds.ts'

const ringSettings = () =>
  z.object({
    HOST_QUEUE_URL: awsUrl(),
    POST_QUEUE_URL: awsUrl(),
    AWS_ENDPOINT_URL_SQS: awsUrl().optional(),
    // A ring that is lost is made up for by the sweeper; nobody waits long for one.
    QUEUE_SECONDS: seconds(2, 15),
    ...awsVariables(),
  })

const workerSettings = () => ringSettings().extend({ DEAD_LETTER_QUEUE_URL: awsUrl() })

type RingSettings = ReadBy<typeof ringSettings>

const longestBody = 16_384
const longestReason = 256

/** Rings only: for whatever stores tasks. */
export const sqsDoorbell = adapter<Doorbell, RingSettings>({
  settings: ringSettings,
  secrets: [],
  grants: [
    { action: 'sqs:SendMessage', resource: 'HostQueue' },
    { action: 'sqs:SendMessage', resource: 'PostQueue' },
  ],
  open: (opening) => {
    const refuse = () => Promise.reject(new Error('Only a worker may touch messages'))
    return { ring: ringer(opening), hide: refuse, setAside: refuse }
  },
})

/** Rings, and handles the message that woke a worker. */
export const sqsWorkerDoorbell = adapter<Doorbell, ReadBy<typeof workerSettings>>({
  settings: workerSettings,
  secrets: [],
  grants: [
    ...sqsDoorbell.grants,
    { action: 'sqs:ChangeMessageVisibility', resource: 'HostQueue' },
    { action: 'sqs:ChangeMessageVisibility', resource: 'PostQueue' },
    { action: 'sqs:SendMessage', resource: 'DeadLetterQueue' },
  ],
  open: (opening) => {
    const { settings } = opening
    const client = clientOf(opening)
    return {
      ring: ringer(opening),
      async hide(lane, receipt, hiddenSeconds) {
        const command = new ChangeMessageVisibilityCommand({
          QueueUrl: queueOf(lane, settings),
          ReceiptHandle: receipt,
          // The queue counts whole seconds.
          VisibilityTimeout: Math.ceil(hiddenSeconds),
        })
        await client.send(command, timeout(settings))
      },
      async setAside(body, reason) {
        const message = asideMessage(body, reason)
        const command = new SendMessageCommand({
          QueueUrl: settings.DEAD_LETTER_QUEUE_URL,
          ...message,
        })
        await client.send(command, timeout(settings))
      },
    }
  },
})

function ringer(opening: Pick<Opening<RingSettings>, 'settings' | 'share'>): Doorbell['ring'] {
  const client = clientOf(opening)
  return async ({ lane, taskId, ring, resource }) => {
    const command = new SendMessageCommand({
      QueueUrl: queueOf(lane, opening.settings),
      MessageBody: JSON.stringify({ v: 1, taskId }),
      // A resource may have any characters and length; a group may not.
      MessageGroupId: lane === 'host' ? 'host' : sha256(resource),
      MessageDeduplicationId: `${taskId}#${ring}`,
    })
    await client.send(command, timeout(opening.settings))
  }
}

// The same message twice is one for staff to look at, so its body names it.
function asideMessage(body: string, reason: string) {
  const StringValue = sendable(reason, longestReason)
  return {
    MessageBody: sendable(body, longestBody),
    MessageGroupId: 'set-aside',
    MessageDeduplicationId: sha256(body),
    MessageAttributes: { reason: { DataType: 'String', StringValue } },
  }
}

// SQS refuses an empty text and most control characters; a refusal here would bring the message back for ever.
function sendable(text: string, length: number): string {
  const cut = text
    .slice(0, length)
    .replace(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return cut.toWellFormed() || '(empty)'
}

function clientOf({
  settings,
  share,
}: Pick<Opening<RingSettings>, 'settings' | 'share'>): SQSClient {
  const config = awsClientConfig(settings, settings.AWS_ENDPOINT_URL_SQS)
  return share('sqs client', () => new SQSClient({ ...config, maxAttempts: 2 }))
}

function queueOf(lane: Lane, settings: RingSettings): string {
  return lane === 'host' ? settings.HOST_QUEUE_URL : settings.POST_QUEUE_URL
}

function timeout({ QUEUE_SECONDS }: RingSettings) {
  return { abortSignal: AbortSignal.timeout(QUEUE_SECONDS * 1000) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
