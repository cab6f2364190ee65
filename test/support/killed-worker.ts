import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Milestone } from '../../lib/ports.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import { compiledOnce } from './compiled.ts'
import { sharedServers } from './servers.ts'
import { workerProgram } from './worker-bundle.ts'
import type { WorkerOrder } from './worker-process.ts'
import { type RawMessage, takeMessages } from './workers.ts'
import type { TestWorld } from './world.ts'

/**
 * Gives the next message of a lane to a worker in a process of its own, which is killed at a milestone.
 * Tells how the process ended, and the receipt that makes its message visible again.
 */
export async function runAndDie(world: TestWorld, lane: Lane, diesAt: Milestone) {
  const [message] = await takeMessages(world, lane, 'keep')
  if (message === undefined) throw new Error('There was no message for the worker.')
  const child = spawn(process.execPath, [await workerProgram()], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // What one process has compiled serves the next; each of them dies too early to keep it by itself.
    env: { ...process.env, ...compiledOnce() },
  })
  child.stdin.end(JSON.stringify(await orderOf(world, { lane, message, diesAt })))
  const [code, signal] = await once(child, 'close')
  return { end: signal ?? code, receipt: message.receipt }
}

async function orderOf(
  world: TestWorld,
  { lane, message, diesAt }: { lane: Lane; message: RawMessage; diesAt: Milestone },
): Promise<WorkerOrder> {
  const { environment, queueUrls } = world.installation
  const { endpoint } = (await sharedServers()).queues
  const receivedFile = join((await world.host()).folder, 'host', 'received.jsonl')
  const queueUrl = queueUrls[lane]
  return { environment, lane, message, queueUrl, queueEndpoint: endpoint, diesAt, receivedFile }
}
