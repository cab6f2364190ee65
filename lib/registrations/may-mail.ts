import type { Database } from '../ports.ts'
import { letterLimit } from './policy.ts'

/** Whether an address may be mailed once more because somebody named it: its owner is not to be flooded for that (T21). */
export async function mayMail(
  { database }: { readonly database: Pick<Database, 'counters'> },
  addressKey: string,
  now: Date,
): Promise<boolean> {
  const key = `registration_letter:${addressKey}`
  const { value } = await database.counters.count(key, letterLimit.windowSeconds, now)
  return value <= letterLimit.limit
}
