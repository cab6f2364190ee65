import type { Doorbell, Log } from '../ports.ts'
import type { NewTask } from './queue.ts'

/**
 * Rings for tasks that were just stored. Never fails: the tasks are safe in the database, and the
 * sweeper rings for whatever was not heard (design.md 1).
 */
export async function ringFor(
  uses: { readonly doorbell: Doorbell; readonly log: Log },
  tasks: readonly NewTask[],
): Promise<void> {
  await Promise.all(
    tasks.map(async ({ id, lane, resource }) => {
      try {
        await uses.doorbell.ring({ lane, taskId: id, ring: 0, resource })
      } catch (error) {
        uses.log.info('ring_failed', { taskId: id, lane, reason: nameOf(error) })
      }
    }),
  )
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
