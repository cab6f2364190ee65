import { workedOn } from './lives.ts'
import type { RecordedFault, RunRecord } from './run-record.ts'

/**
 * How long somebody who ended within a transaction may be felt, in milliseconds: MongoDB gives the transaction up
 * after 60 s, what it wrote to waits so long, and then a lease has to end and the sweeper to ring.
 */
export const abandonedMs = 75_000

// The mailbox knows full seconds only.
const marginMs = 1000

/** The faults that lasted at some moment at which workers were at a task. */
export function faultsOf(record: RunRecord, taskId: string): readonly RecordedFault[] {
  const { fromMs, toMs } = workedOn(record, taskId)
  return record.faults.filter(
    ({ beganMs, endedMs }) =>
      beganMs <= toMs + marginMs && (endedMs ?? record.endedMs) >= fromMs - marginMs,
  )
}
