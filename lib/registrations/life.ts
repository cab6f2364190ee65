import { lifeHours } from './policy.ts'
import type { Registration } from './registration.ts'

/** How far a registration is that was just taken. */
export const justTaken = {
  revision: 0,
  status: 'pending',
  targets: [],
  matrixStatus: 'pending',
  accountStatus: 'pending',
  decidedAt: null,
  begunAt: null,
  endedAt: null,
  taskId: null,
  parkedAt: null,
  failedAt: null,
  isAddressConfirmed: false,
  nameKey: null,
} as const satisfies Partial<Registration>

type Dates = Pick<Registration, 'expiresAt' | 'begunAt' | 'endedAt'>

/** When a registration that begins now is over. */
export function expiryOf(createdAt: Date): Date {
  return new Date(createdAt.getTime() + lifeHours * 3_600_000)
}

/** Whether something has begun at a target and has not come to its end. */
function isUnderway({ begunAt, endedAt }: Omit<Dates, 'expiresAt'>): boolean {
  return begunAt !== null && endedAt === null
}

/** Whether a registration exists at that time, swept or not (T27); what has begun at a target lives until it has ended. */
export function lives(registration: Dates, now: Date): boolean {
  return registration.expiresAt > now || isUnderway(registration)
}
