import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { tooManyRequests } from '../failure.ts'
import type { Clock, Counters, Tuning } from '../ports.ts'
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
  const counted = rate.countedBy === 'client' ? toClients(subject) : [[subject, 1] as const]
  // From the narrowest on: a client that is refused uses up nothing of its neighbours'.
  for (const [key, clients] of counted) {
    const id = `${name}:${hashSubject(key)}`
    const { value, endsAt } = await uses.database.counters.count(id, rate.windowSeconds, now)
    if (value > limit * clients) throw tooManyRequests(now, endsAt)
  }
}

function limitOf(rate: RateLimit, tuning: Tuning | undefined): number {
  if (typeof rate.limit === 'number') return rate.limit
  if (tuning === undefined) throw new Error(`The limit ${rate.limit} needs the port "tuning".`)
  return tuning[rate.limit]
}

// One client by its address: IPv6 by its /64, because one client usually has all of it (design.md), and by its /48,
// because 65,536 of them can be had for nothing; IPv4 in IPv6 (RFC 4291, 2.5.5.2) by its IPv4.
function toClients(address: string): ReadonlyArray<readonly [key: string, clients: number]> {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return [[plain, 1]]
  const groups = groupsOf(plain)
  return [
    [groups.slice(0, 4).join(':'), 1],
    [groups.slice(0, 3).join(':'), clientsOfSite],
  ]
}

function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('%', 1).join('').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16))
}

// The counters are personal data; a hash is enough to count.
function hashSubject(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url')
}
