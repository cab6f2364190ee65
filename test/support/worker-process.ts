/**
 * One call of a worker in a process of its own, which ends itself by SIGKILL at a milestone. Takes one JSON
 * document on standard input and exits with 0 if it got to the end.
 */
import { readFile } from 'node:fs/promises'
import { flushCompileCache } from 'node:module'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteMessageCommand } from '@aws-sdk/client-sqs'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newQueueClient } from '../../infra/local/queues.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import type { Milestone, Milestones } from '../../lib/ports.ts'
import type { Lane } from '../../lib/queue/queue.ts'

/** What the process is told. */
export interface WorkerOrder {
  readonly environment: Readonly<Record<string, string>>
  readonly lane: Lane
  readonly message: { readonly body: string; readonly receipt: string }
  readonly queueUrl: string
  readonly queueEndpoint: string
  readonly diesAt: Milestone
  /** Where the stand-in notes each command line that reaches it. */
  readonly receivedFile: string
}

const order: WorkerOrder = JSON.parse(await text(process.stdin))
const receivedBefore = (await readFile(order.receivedFile, 'utf8').catch(() => '')).length

const milestones: Milestones = {
  reached: async (milestone) => {
    if (milestone !== order.diesAt) return
    if (milestone === 'duringExec' && order.lane === 'host') await untilBegun()
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  },
}

// Reads come before and after: only a change is the command.
const change = /"(create|update|delete|ldapsync)"/

async function untilBegun(): Promise<void> {
  for (;;) {
    const lines = await readFile(order.receivedFile, 'utf8')
    if (change.test(lines.slice(receivedBefore))) return
    await sleep(5)
  }
}

const workers = {
  host: () => import('../../functions/workers/run-host-tasks.ts'),
  post: () => import('../../functions/workers/run-post-tasks.ts'),
}
const { handler } = await workers[order.lane]()
flushCompileCache()
const { queueUrl, queueEndpoint, message } = order
const event = { Records: [{ body: message.body, receiptHandle: message.receipt }] }
const world = newWorld(order.environment, { milestones })
await handler.run(event, newInvocation(handler.definition.timeoutSeconds), world)
const deletion = { QueueUrl: queueUrl, ReceiptHandle: message.receipt }
await newQueueClient(queueEndpoint).send(new DeleteMessageCommand(deletion))
await milestones.reached('afterDelete')
process.exit()
