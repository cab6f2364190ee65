import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { awsNames } from './aws-names.ts'
import { type Invoke, newInvocation, withinTime } from './invocation.ts'

/** A queue and the worker that it wakes. */
export interface EventSource {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly timeoutSeconds: number
  readonly invoke: Invoke
  /** Told about a call that failed; its message comes back when it is no longer hidden. */
  readonly onFailure: (error: unknown) => void
}

/** Something that runs until it is stopped; `stop` waits for what is under way. */
export interface Running {
  stop(): Promise<void>
}

const longPollSeconds = 20
const pauseMilliseconds = 1_000

/**
 * Wakes the worker for every message, one message a call, until it is stopped. `atOnce` calls run side by
 * side; the queue gives out no second message of a group while the first one is under way.
 */
export function pollQueue(source: EventSource, atOnce: number): Running {
  const stopping = new AbortController()
  const pollers = Array.from({ length: atOnce }, () => poll(source, stopping.signal))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(pollers)
    },
  }
}

async function poll(source: EventSource, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) await pollOnce(source, stopped)
}

async function pollOnce(source: EventSource, stopped: AbortSignal): Promise<void> {
  try {
    const message = await receive(source, longPollSeconds, stopped)
    if (message) await deliver(source, message)
  } catch (error) {
    if (stopped.aborted) return
    source.onFailure(error)
    await sleep(pauseMilliseconds, undefined, { signal: stopped }).catch(() => undefined)
  }
}

/** Delivers what the queue has right now, one after the other; tells how many messages that were. */
export async function drainQueue(source: EventSource): Promise<number> {
  for (let count = 0; ; count += 1) {
    const message = await receive(source, 0)
    if (message === undefined) return count
    await deliver(source, message)
  }
}

async function receive(
  { client, queueUrl }: EventSource,
  waitSeconds: number,
  signal?: AbortSignal,
): Promise<Message | undefined> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 1,
    WaitTimeSeconds: waitSeconds,
    MessageSystemAttributeNames: ['All'],
  })
  const { Messages } = await client.send(command, signal ? { abortSignal: signal } : {})
  return Messages?.[0]
}

async function deliver(source: EventSource, message: Message): Promise<void> {
  const { client, queueUrl, timeoutSeconds, invoke, onFailure } = source
  const call = invoke(toEvent(message, queueUrl), newInvocation(timeoutSeconds))
  try {
    await withinTime(call, timeoutSeconds)
  } catch (error) {
    onFailure(error)
    return
  }
  const { ReceiptHandle } = message
  await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))
}

function toEvent(message: Message, queueUrl: string) {
  const queueName = queueUrl.slice(queueUrl.lastIndexOf('/') + 1)
  const record = {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${awsNames.region}:${awsNames.accountId}:${queueName}`,
    awsRegion: awsNames.region,
  }
  return { Records: [record] }
}

/** A worker that is woken by the clock. */
export interface Schedule {
  readonly everySeconds: number
  readonly timeoutSeconds: number
  readonly invoke: Invoke
  readonly onFailure: (error: unknown) => void
}

/** Wakes the worker at once and then in its rhythm, never twice at a time. */
export function startSchedule(schedule: Schedule): Running {
  const stopping = new AbortController()
  const repeat = async () => {
    while (!stopping.signal.aborted) {
      await tick(schedule)
      const pause = sleep(schedule.everySeconds * 1000, undefined, { signal: stopping.signal })
      await pause.catch(() => undefined)
    }
  }
  const running = repeat()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

/** Wakes the worker once. */
export async function tick({ timeoutSeconds, invoke, onFailure }: Schedule): Promise<void> {
  try {
    await withinTime(invoke(newScheduledEvent(), newInvocation(timeoutSeconds)), timeoutSeconds)
  } catch (error) {
    onFailure(error)
  }
}

function newScheduledEvent() {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: awsNames.accountId,
    time: new Date().toISOString(),
    region: awsNames.region,
    resources: [],
    detail: {},
  }
}
