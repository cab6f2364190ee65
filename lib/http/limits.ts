import { createHash } from 'node:crypto'
import { tooManyRequests } from '../failure.ts'
import type { Clock, Counters, Tuning } from '../ports.ts'
import { clientKey, siteKey } from './client-key.ts'
import { clientsOfSite, type RateClass, type RateLimit, rateLimits } from './policy.ts'

/** Who a request is counted against; a class whose subject is missing is not counted. */
export interface Subjects {
  readonly client: string
  readonly account: string | undefined
  readonly username: string | undefined
}

/** What counting needs. */
export interface LimitUses {
  readonly database: { readonly counters: Counters }
  readonly clock: Clock
  readonly tuning?: Tuning
}

/** Counts one request and throws `too_many_requests` past the limit. Windows are fixed, counts atomic. */
export async function countRequest(
  uses: LimitUses,
  name: RateClass,
  subjects: Subjects,
): Promise<void> {
  const rate: RateLimit = rateLimits[name]
  const subject = subjects[rate.countedBy]
  if (subject === undefined) return
  const now = uses.clock.now()
  const limit = limitOf(rate, uses.tuning)
  const isClient = rate.countedBy === 'client'
  const alone = [isClient ? clientKey(subject) : subject, limit] as const
  const site = [rate.perSite && siteKey(subject), limit * clientsOfSite] as const
  // The site last: whoever is refused alone uses up nothing of the others' share.
  for (const [counted, most] of [alone, site]) {
    if (!counted) continue
    const key = `${name}:${hashSubject(counted)}`
    const { value, endsAt } = await uses.database.counters.count(key, rate.windowSeconds, now)
    if (value > most) throw tooManyRequests(now, endsAt)
  }
}

function limitOf(rate: RateLimit, tuning: Tuning | undefined): number {
  if (typeof rate.limit === 'number') return rate.limit
  if (tuning === undefined) throw new Error(`The limit ${rate.limit} needs the port "tuning".`)
  return tuning[rate.limit]
}

// The counters are personal data; a hash is enough to count.
function hashSubject(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url')
}
