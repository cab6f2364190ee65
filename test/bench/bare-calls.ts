import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { awsNames } from '../../infra/local/aws-names.ts'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import type { AccountDocument, TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import type { BenchGatehouse } from './gatehouse.ts'

/** Documents that the handler itself has stored, and their session. */
interface Models {
  readonly account: AccountDocument
  readonly task: TaskDocument
  readonly sessionId: string
}

/**
 * The calls of /create_user without Gatehouse: one read, one counter, two inserts in one transaction, one send.
 * `callWithNames` makes those that the rules of names ask for besides: two reads at the same time.
 */
export async function openBareCalls(gatehouse: BenchGatehouse) {
  const models = await readModels(gatehouse)
  const { client, db } = connectTo(gatehouse.databaseUri)
  const sqs = queueClient(gatehouse)
  const sessions = db.collection<{ _id: string }>('sessions')
  const counters = db.collection<{ _id: string; value: number; endsAt: Date }>('counters')
  const accounts = db.collection<AccountDocument>('accounts')
  const tasks = db.collection<TaskDocument>('tasks_queue')
  const hostNames = db.collection<{ _id: string }>('host_names')
  const count = {
    change: { $inc: { value: 1 }, $setOnInsert: { endsAt: new Date(Date.now() + 3_600_000) } },
    options: { upsert: true, returnDocument: 'after' as const },
  }
  const readNames = (name: string) =>
    Promise.all([
      accounts.find({ $or: [{ displayNameKey: name }, { heldName: name }] }).toArray(),
      hostNames.findOne({ _id: 'latest' }),
    ])
  const callAfter = async (name: string, before: () => Promise<unknown>) => {
    const { account, task } = withName(models, name)
    await sessions.findOne({ _id: models.sessionId })
    await counters.findOneAndUpdate({ _id: 'bare' }, count.change, count.options)
    await before()
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await accounts.insertOne(account, { session })
        await tasks.insertOne(task, { session })
      }),
    )
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: gatehouse.queueUrls.host,
        MessageBody: JSON.stringify({ v: 1, taskId: task._id }),
        MessageGroupId: 'host',
        MessageDeduplicationId: `${task._id}#0`,
      }),
    )
  }
  const close = async () => {
    await client.close()
    sqs.destroy()
  }
  return {
    call: (name: string) => callAfter(name, async () => undefined),
    callWithNames: (name: string) => callAfter(name, () => readNames(name)),
    close,
  }
}

/** A client of the queues without Gatehouse. */
export function queueClient({ environment }: Pick<BenchGatehouse, 'environment'>): SQSClient {
  const { region, credentials } = awsNames
  const endpoint = environment['AWS_ENDPOINT_URL_SQS'] ?? ''
  return new SQSClient({ endpoint, region, credentials })
}

async function readModels({ db }: BenchGatehouse): Promise<Models> {
  const account = await db.collection<AccountDocument>('accounts').findOne({ role: 'member' })
  const task = await db.collection<TaskDocument>('tasks_queue').findOne()
  const session = await db.collection<{ _id: string }>('sessions').findOne()
  if (!account || !task || !session) throw new Error('The handler has stored nothing yet.')
  const { _id, ...rest } = account
  return { account: rest, task, sessionId: session._id }
}

function withName({ account, task }: Models, username: string): Pick<Models, 'account' | 'task'> {
  const address = `${username}@elsewhere.example`
  const names = { username, displayName: username, displayNameKey: username, heldName: username }
  const resource = `account:${username}`
  return {
    account: { ...account, ...names, address, heldAddress: address },
    task: { ...task, _id: `${username}-`.padEnd(22, '0'), resource, headOf: `host ${resource}` },
  }
}
