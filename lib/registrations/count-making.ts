import { Failure } from '../failure.ts'
import type { Clock, Database } from '../ports.ts'
import { makings } from './policy.ts'

/**
 * Counts that a registration has an account or a password made: each costs a slow hash and a turn of the host, behind
 * which others wait (T25). Throws `too_many_requests` past its share.
 */
export async function countMaking(
  { database, clock }: { readonly database: Pick<Database, 'counters'>; readonly clock: Clock },
  rid: string,
): Promise<void> {
  const now = clock.now()
  const { limit, windowSeconds } = makings
  const key = `registration_making:${rid}`
  const { value, endsAt } = await database.counters.count(key, windowSeconds, now)
  if (value <= limit) return
  const seconds = Math.ceil((endsAt.getTime() - now.getTime()) / 1000)
  throw new Failure('too_many_requests', { retryAfterSeconds: Math.max(1, seconds) })
}
