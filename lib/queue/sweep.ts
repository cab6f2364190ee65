import type { Database, Doorbell, Log } from '../ports.ts'
import type { Lane } from './queue.ts'

/** What the sweeper needs. */
export interface SweepUses {
  readonly database: Database
  readonly doorbell: Doorbell
  readonly log: Log
}

/**
 * Rings for work that nobody heard of: at most once a lane, only when something can run and nobody
 * holds a lease. Covers lost messages, messages that outlived the queue, and killed workers.
 */
export async function sweep(uses: SweepUses): Promise<void> {
  await uses.database.prepare()
  for (const lane of ['host', 'post'] as const) await ringOnce(uses, lane)
}

/** Rings for the oldest task of a lane that a ring can help. */
export async function ringOnce(uses: SweepUses, lane: Lane): Promise<void> {
  const { tasks } = uses.database
  await tasks.promote(lane)
  const found = await tasks.findToRing(lane)
  if (found === undefined) return
  const ring = await tasks.noteRing(found.id)
  await uses.doorbell.ring({ lane, taskId: found.id, ring, resource: found.resource })
  uses.log.info('rang_again', { lane, taskId: found.id })
}
