import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import type { BenchGatehouse } from './gatehouse.ts'

const lookMilliseconds = 10

/** Waits until a task has ended well; throws when it ended otherwise, or not in time. */
export async function untilFinished(
  { db }: BenchGatehouse,
  taskId: string,
  seconds: number,
): Promise<void> {
  const logs = db.collection<TaskDocument>('logs')
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    const ended = await logs.findOne({ _id: taskId }, { projection: { status: 1, error: 1 } })
    if (ended?.status === 'finished') return
    if (ended) throw new Error(`A task ended as ${ended.status}: ${ended.error}`)
    await sleep(lookMilliseconds)
  }
  throw new Error(`A task did not end within ${seconds} seconds.`)
}
