import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { drainQueue } from '../../infra/local/event-source.ts'
import { eventSourceOf } from '../../infra/local/functions.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts, type World } from '../../lib/adapters/world.ts'
import type { InvocationContext } from '../../lib/http/event.ts'
import type { Database } from '../../lib/ports.ts'
import { type NewTaskValues, newTask } from '../../lib/queue/new-task.ts'
import type { Lane, NewTask, TaskInput } from '../../lib/queue/queue.ts'
import type { HostTask, PostTask } from '../../lib/queue/task.ts'
import { sharedServers } from './servers.ts'
import type { TestWorld } from './world.ts'

/** Delivers messages of one lane as the queue would, and keeps those that came back within reach. */
export interface Deliveries {
  /** Delivers what can be delivered now; gives the errors that workers threw. */
  wake(context?: Partial<InvocationContext>): Promise<readonly unknown[]>
  /** Makes messages visible that a worker gave back or was killed with. */
  redeliver(): Promise<void>
}

/** Deliveries of a lane, also with little time left on the worker's clock. */
export async function newDeliveries(test: TestWorld, lane: Lane): Promise<Deliveries> {
  const { client } = (await sharedServers()).queues
  const { queueUrls } = test.installation
  const kept: string[] = []
  const errors: unknown[] = []
  const onFailure = (error: unknown) => errors.push(error)
  const source = eventSourceOf({ world: test.world, client, queueUrls, onFailure }, lane)
  return {
    wake: async (context = {}) => {
      if (lane === 'host') await test.host()
      errors.length = 0
      const invoke = async (event: unknown, usual: InvocationContext) => {
        const receipt = receiptOf(event)
        try {
          return await source.invoke(event, { ...usual, ...context })
        } catch (error) {
          kept.push(receipt)
          throw error
        }
      }
      await drainQueue({ ...source, invoke })
      return [...errors]
    },
    redeliver: async () => {
      for (const receipt of kept.splice(0)) await setVisible(test, lane, receipt)
    },
  }
}

function receiptOf(event: unknown): string {
  // The event was made by the local event source; a test may know its shape.
  const { Records } = event as { Records: ReadonlyArray<{ receiptHandle: string }> }
  return Records[0]?.receiptHandle ?? ''
}

/** Puts a message back into its queue at once. */
export async function setVisible(test: TestWorld, lane: Lane, receipt: string): Promise<void> {
  const { client } = (await sharedServers()).queues
  const QueueUrl = test.installation.queueUrls[lane]
  const place = { QueueUrl, ReceiptHandle: receipt }
  await client.send(new ChangeMessageVisibilityCommand({ ...place, VisibilityTimeout: 0 }))
}

let messages = 0

/** Sends any text as a message of a lane. */
export async function sendRaw(test: TestWorld, lane: Lane, body: string): Promise<void> {
  const { client } = (await sharedServers()).queues
  messages += 1
  const place = { QueueUrl: test.installation.queueUrls[lane], MessageGroupId: 'host' }
  const message = { MessageBody: body, MessageDeduplicationId: `raw-${messages}` }
  await client.send(new SendMessageCommand({ ...place, ...message }))
}

/** One message as it lies in a queue. */
export interface RawMessage {
  readonly body: string
  readonly receipt: string
  readonly deduplicationId: string
  readonly groupId: string
}

/** Takes every message that can be had from one queue; they are deleted unless `keep` is given. */
export async function takeMessages(
  test: TestWorld,
  queue: Lane | 'dead',
  keep?: 'keep',
): Promise<readonly RawMessage[]> {
  const { client } = (await sharedServers()).queues
  const QueueUrl = test.installation.queueUrls[queue]
  const found: RawMessage[] = []
  const request = {
    QueueUrl,
    MaxNumberOfMessages: 1,
    MessageSystemAttributeNames: ['All' as const],
  }
  for (;;) {
    const { Messages } = await client.send(new ReceiveMessageCommand(request))
    const message = Messages?.[0]
    if (message === undefined) return found
    const { ReceiptHandle = '', Body = '', Attributes = {} } = message
    const deduplicationId = Attributes['MessageDeduplicationId'] ?? ''
    const groupId = Attributes['MessageGroupId'] ?? ''
    found.push({ body: Body, receipt: ReceiptHandle, deduplicationId, groupId })
    if (keep === undefined) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  }
}

/** Makes a task of a definition as the use cases do. */
export async function makeTask<Input extends TaskInput>(
  world: World,
  definition: HostTask<Input> | PostTask<Input>,
  values: NewTaskValues<Input>,
): Promise<NewTask> {
  const table = { clock: systemClock, random: systemRandom, sealer: ringSealer }
  return newTask(await openPorts(table, world), definition, values)
}

/** Stores tasks one after the other, each in a transaction of its own. */
export async function accept(database: Database, ...tasks: readonly NewTask[]): Promise<void> {
  for (const task of tasks) await database.transaction((records) => records.tasks.insert(task))
}

let plain = 0

/** A task that no worker would run, for rules of the queue that do not look inside. */
export function plainTask(wish: Partial<NewTask> = {}): NewTask {
  plain += 1
  return {
    id: `plain${String(plain).padStart(17, '0')}`,
    action: 'user_update',
    lane: 'host',
    resource: `account:user${plain}`,
    timestamp: new Date(1_800_000_000_000 + plain * 1000),
    ynh_command: [],
    input: { username: `user${plain}`, display_name: 'A' },
    sealed: {},
    requestedBy: null,
    owner: null,
    readTokenHash: null,
    ...wish,
  }
}
