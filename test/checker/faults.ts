import type { RecordedFault } from './run-record.ts'

/**
 * How long somebody who ended within a transaction may be felt, in milliseconds: MongoDB gives the transaction up
 * after 60 s, what it wrote to waits so long, and then a lease has to end and the sweeper to ring.
 */
export const abandonedMs = 75_000

/** Until when a fault may be felt; for ever while it lasts. */
export function feltUntil({ endedMs, mayAbandon }: RecordedFault): number {
  if (endedMs === null) return Number.POSITIVE_INFINITY
  return endedMs + (mayAbandon ? abandonedMs : 0)
}
