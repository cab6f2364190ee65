import { Failure } from '../failure.ts'
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
 * holds a lease. Covers lost messages, messages that outlived the queue, and killed workers. Throws like
 * `doEach`.
 */
export async function sweep(uses: SweepUses): Promise<void> {
  await doEach([
    () => uses.database.prepare(),
    () => ringOnce(uses, 'host'),
    () => ringOnce(uses, 'post'),
  ])
}

/**
 * Does each part in its turn, whatever became of those before it; throws the first failure at the end, and `unavailable`
 * at once: without the database nothing else can be done either, and each part would wait for it anew.
 */
export async function doEach(parts: ReadonlyArray<() => Promise<void>>): Promise<void> {
  const failures: unknown[] = []
  for (const part of parts) {
    await part().catch((error: unknown) => {
      if (error instanceof Failure && error.code === 'unavailable') throw error
      failures.push(error)
    })
  }
  if (failures.length > 0) throw failures[0]
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
