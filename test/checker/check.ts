import { drained } from './drained.ts'
import { messagesOnce } from './messages-once.ts'
import { noSecrets } from './no-secrets.ts'
import { nothingLost } from './nothing-lost.ts'
import { nothingTwice } from './nothing-twice.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { inAcceptedOrder } from './order.ts'
import { boundedRecovery } from './recovery.ts'
import type { RunRecord } from './run-record.ts'
import { truthfulStatus } from './truthful-status.ts'

/** What has to hold of every run, whatever happened in it (security.md 3.7): the name, and what breaks it. */
export const invariants = {
  'I1 nothing lost': nothingLost,
  'I2 nothing twice': nothingTwice,
  'I3 order': inAcceptedOrder,
  'I4 one at a time': oneAtATime,
  'I5 truthful status': truthfulStatus,
  'I6 no secrets': noSecrets,
  'I7 drained': drained,
  'I8 messages': messagesOnce,
  'I9 bounded recovery': boundedRecovery,
} as const satisfies Readonly<Record<string, (record: RunRecord) => readonly string[]>>

/** Everything that is wrong with a run, each with its invariant; nothing for a good one. */
export function check(record: RunRecord): readonly string[] {
  return Object.entries(invariants).flatMap(([name, judge]) =>
    judge(record).map((violation) => `${name}: ${violation}`),
  )
}
