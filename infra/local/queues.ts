import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { awsNames } from './aws-names.ts'
import { findFreePort } from './free-port.ts'

/** A server that speaks SQS. What waits in it is lost when it stops; the sweeper rings again. */
export interface LocalQueues {
  readonly endpoint: string
  readonly client: SQSClient
  /** Makes the three queues of one installation; `prefix` keeps installations apart. */
  create(prefix: string, visibilitySeconds?: number): Promise<QueueUrls>
  remove(urls: QueueUrls): Promise<void>
  stop(): Promise<void>
}

/** Addresses of the queues of one installation, as the settings name them. */
export interface QueueUrls {
  readonly host: string
  readonly post: string
  readonly dead: string
}

// As in the template (infra/queues.ts).
const usualVisibilitySeconds = 120
const maxReceiveCount = 1000

/** Starts the queue server on 127.0.0.1. */
export async function startQueues(options: { port?: number } = {}): Promise<LocalQueues> {
  const app = buildApp({ logger: false, defaultRegion: awsNames.region })
  const port = await findFreePort(options.port)
  // Not `startFauxqs`: that one listens on every address of the machine.
  await app.listen({ host: '127.0.0.1', port })
  const endpoint = `http://127.0.0.1:${port}`
  const client = newQueueClient(endpoint)
  return {
    endpoint,
    client,
    create: (prefix, visibilitySeconds = usualVisibilitySeconds) =>
      createAll({ client, endpoint, prefix, visibilitySeconds }),
    remove: async (urls) => {
      for (const url of Object.values(urls)) {
        await client.send(new DeleteQueueCommand({ QueueUrl: url }))
      }
    },
    stop: async () => {
      client.destroy()
      await app.close()
    },
  }
}

/** A client of a queue server on this machine. */
export function newQueueClient(endpoint: string): SQSClient {
  const { region, credentials } = awsNames
  return new SQSClient({ endpoint, region, credentials })
}

interface QueueWish {
  readonly client: SQSClient
  readonly endpoint: string
  readonly prefix: string
  readonly visibilitySeconds: number
}

async function createAll(wish: QueueWish): Promise<QueueUrls> {
  const { client, endpoint, prefix, visibilitySeconds } = wish
  const make = async (name: string, attributes: Record<string, string>) => {
    const QueueName = `${prefix}${name}.fifo`
    const Attributes = { FifoQueue: 'true', ...attributes }
    await client.send(new CreateQueueCommand({ QueueName, Attributes }))
    // The server names itself by a host name that nothing resolves.
    return `${endpoint}/${awsNames.accountId}/${QueueName}`
  }
  const dead = await make('dead', {})
  const read = { QueueUrl: dead, AttributeNames: ['QueueArn' as const] }
  const { Attributes } = await client.send(new GetQueueAttributesCommand(read))
  const redrive = { deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount }
  const lane = {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify(redrive),
  }
  return { host: await make('host', lane), post: await make('post', lane), dead }
}
