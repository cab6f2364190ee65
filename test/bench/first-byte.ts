import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { NodeSSH } from 'node-ssh'
import { awsNames } from '../../infra/local/aws-names.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { queueClient } from './bare-calls.ts'
import type { Bench } from './benchmark.ts'
import { openAsking } from './create-user.ts'
import { untilFinished } from './ends.ts'
import type { BenchGatehouse } from './gatehouse.ts'
import { lacksOpenSsh, watchFirstBytes } from './host-line.ts'
import { measurePairs, timed } from './measure.ts'
import { plainRow, type Row, ratioRow } from './table.ts'

const what = 'accept to the first byte at the gate / bare send, receive, SSH connect'
const most = 1.3
// Longer than a worker keeps its line to the host.
const quietMilliseconds = 2500

/** From the ring for a task that was just stored, on an empty queue and without an open line, to the gate. */
export async function firstByte({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const running = await gatehouse()
  const lack = lacksOpenSsh(running.host)
  if (lack !== undefined) return [plainRow(what, `<= ${most}`, '', lack)]
  const way = await openWay(running)
  const bare = await openBareWay(running)
  await running.startWorkers()
  try {
    const pairs = await measurePairs(quick ? 5 : 25, { measured: way, bare: bare.run })
    return [ratioRow(what, most, pairs)]
  } finally {
    bare.close()
  }
}

async function openWay(running: BenchGatehouse) {
  const { world, environment, host } = running
  const { doorbell } = await openPorts({ doorbell: sqsDoorbell }, world)
  const firstBytes = await watchFirstBytes(host)
  const ask = await openAsking(world)
  let acceptedAt = 0
  const ring: typeof doorbell.ring = (about) => {
    acceptedAt = wallClock()
    return doorbell.ring(about)
  }
  const listening = newWorld(environment, { ...world.overrides, doorbell: { ...doorbell, ring } })
  return async (round: number) => {
    await sleep(quietMilliseconds)
    const before = (await firstBytes()).length
    await untilFinished(running, await ask(`asked${round + 10}`, listening), 60)
    const arrivedAt = (await firstBytes())[before]
    if (arrivedAt === undefined) throw new Error('Nothing arrived at the gate.')
    return arrivedAt - acceptedAt
  }
}

// Comparable with what another process writes down.
function wallClock(): number {
  return performance.timeOrigin + performance.now()
}

async function openBareWay(running: BenchGatehouse) {
  const client = queueClient(running)
  const QueueUrl = await makeQueue(running, client)
  const connect = await openConnecting(running)
  const send = (text: string) =>
    client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: text,
        MessageGroupId: 'bare',
        MessageDeduplicationId: text,
      }),
    )
  const run = async (round: number) => {
    // Waits as a poller does, so that the message is handed over at once.
    const receiving = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }))
    await sleep(100)
    const took = await timed(async () => {
      await send(`bare${round}`)
      await receiving
      await connect()
    })
    const [message] = (await receiving).Messages ?? []
    const { ReceiptHandle } = message ?? {}
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    return took
  }
  return { run, close: () => client.destroy() }
}

async function makeQueue(
  { environment }: BenchGatehouse,
  client: ReturnType<typeof queueClient>,
): Promise<string> {
  const Attributes = { FifoQueue: 'true' }
  await client.send(new CreateQueueCommand({ QueueName: 'bare.fifo', Attributes }))
  // The server names itself by a host name that nothing resolves.
  return `${environment['AWS_ENDPOINT_URL_SQS']}/${awsNames.accountId}/bare.fifo`
}

async function openConnecting({ host }: BenchGatehouse) {
  const privateKey = await readFile(join(host.folder, 'ssh', 'client_key'), 'utf8')
  const to = { host: '127.0.0.1', port: host.port, username: host.user, privateKey }
  return async () => {
    const ssh = new NodeSSH()
    const connecting = ssh.connect(to)
    ssh.connection?.on('connect', () => ssh.connection?.setNoDelay(true))
    await connecting
    ssh.dispose()
  }
}
