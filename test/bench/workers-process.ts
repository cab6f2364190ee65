/** The workers of both lanes and of the clock, as Lambda would run them: apart from the API. */
import { join } from 'node:path'
import { openFileLog } from '../../infra/local/file-log.ts'
import { closeWorld, startWorkers } from '../../infra/local/functions.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import { queueClient } from './bare-calls.ts'
import type { WorkersOrder } from './gatehouse.ts'
import { runPart } from './part.ts'

await runPart(async ({ folder, environment, queueUrls }: WorkersOrder) => {
  const log = openFileLog(join(folder, 'workers.log'))
  const world = newWorld(environment, { log })
  const client = queueClient({ environment })
  const onFailure = (error: unknown) => log.error('worker_threw', { errorText: String(error) })
  const workers = startWorkers({ world, client, queueUrls, onFailure })
  const stop = async () => {
    await workers.stop()
    await closeWorld(world)
    client.destroy()
    await log.close()
  }
  return { facts: undefined, stop }
})
