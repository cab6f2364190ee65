import { tooManyRequests } from '../failure.ts'
import type { Clock, Database } from '../ports.ts'
import { shares } from './policy.ts'

/**
 * Counts what one registration may not have done without end: an account or a password made, which costs a slow hash
 * and a turn of the host, behind which others wait (T25), and whoever asked mailed by one manager's link (T21). Throws
 * `too_many_requests` past its share.
 */
export async function countShare(
  { database, clock }: { readonly database: Pick<Database, 'counters'>; readonly clock: Clock },
  rid: string,
  kind: keyof typeof shares,
): Promise<void> {
  const now = clock.now()
  const { limit, windowSeconds } = shares[kind]
  const key = `registration_${kind}:${rid}`
  const { value, endsAt } = await database.counters.count(key, windowSeconds, now)
  if (value > limit) throw tooManyRequests(now, endsAt)
}
