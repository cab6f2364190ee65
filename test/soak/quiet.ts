import { setTimeout as sleep } from 'node:timers/promises'
import { readQueues } from '../checker/queue-contents.ts'
import type { Place } from './place.ts'

const pauseMs = 250

/** Waits until nothing is left to do; tells the seconds, or undefined where the time was not enough. */
export async function untilDrained(
  { db, servers, installation }: Place,
  longestSeconds: number,
): Promise<number | undefined> {
  const beganMs = Date.now()
  while (Date.now() - beganMs < longestSeconds * 1000) {
    const tasks = await db.collection('tasks_queue').countDocuments()
    const { host, post } = await readQueues(servers.queues.endpoint, installation.queueUrls)
    if (tasks + host.length + post.length === 0) return (Date.now() - beganMs) / 1000
    await sleep(pauseMs)
  }
  return undefined
}
