/**
 * Both lanes' workers and the sweeper in a process of its own, for the soak to kill. The first line of standard
 * input says where they work; when that input ends, so do they.
 */
import { createInterface } from 'node:readline'
import { SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { awsNames } from '../../infra/local/aws-names.ts'
import { openFileLog } from '../../infra/local/file-log.ts'
import { closeWorld, startWorkers } from '../../infra/local/functions.ts'
import { newWorld } from '../../lib/adapters/world.ts'

const order = z.object({
  environment: z.record(z.string(), z.string()),
  queueUrls: z.object({ host: z.string(), post: z.string(), dead: z.string() }),
  /** The queue server itself: what wakes functions is a part of AWS, and no proxy stands before it. */
  queuesEndpoint: z.string(),
  logFile: z.string(),
  sweepSeconds: z.number(),
})

/** What the process is told. */
export type WorkerOrder = z.infer<typeof order>

const input = createInterface({ input: process.stdin })
const firstLine = new Promise<string>((resolve) => input.once('line', resolve))
const ended = new Promise<void>((resolve) => input.once('close', resolve))

const { environment, queueUrls, queuesEndpoint, logFile, sweepSeconds } = order.parse(
  JSON.parse(await firstLine),
)
const log = openFileLog(logFile)
const world = newWorld(environment, { log })
const { region, credentials } = awsNames
const client = new SQSClient({ endpoint: queuesEndpoint, region, credentials })
const onFailure = (error: unknown) => {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error))
  log.info('worker_threw', { errorName: name, errorText: message, reason: String(cause ?? '') })
}
const workers = startWorkers(
  { world, client, queueUrls, onFailure },
  { everySeconds: sweepSeconds },
)
await ended
await workers.stop()
await closeWorld(world)
client.destroy()
await log.close()
process.exit()
