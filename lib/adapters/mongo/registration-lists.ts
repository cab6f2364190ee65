import type { Filter } from 'mongodb'
import type { Records } from '../../ports.ts'
import type { Registration } from '../../registrations/registration.ts'
import type { RegistrationDocument, Scope } from './collections.ts'
import { toRegistration } from './registrations.ts'

/** Registrations in the order that somebody works through them, in MongoDB. */
export function mongoRegistrationLists(scope: Scope): Records['registrationLists'] {
  const { run, tx } = scope
  const { registrations } = scope.collections
  const list = async (filter: Filter<RegistrationDocument>, most: number, sort?: Order) => {
    const found = registrations.find(filter, tx)
    return (await (sort ? found.sort(sort) : found).limit(most).toArray()).map(toRegistration)
  }
  return {
    hasPending: (count) =>
      run(async () => {
        // Kept by the database itself, with what is decided: as long as that is less, nothing has to be counted.
        if ((await registrations.estimatedDocumentCount()) < count) return false
        const pending = { status: 'pending' } as const
        return (await registrations.countDocuments(pending, { ...tx, limit: count })) >= count
      }),
    position: (registration, most) =>
      run(() => registrations.countDocuments(before(registration), { ...tx, limit: most })),
    countWaiting: (time) =>
      run(() => registrations.countDocuments({ ...seen, createdAt: upTo(time) }, tx)),
    waiting: (after, most) =>
      run(() => list({ ...seen, ...(after ? isAfter(after) : {}) }, most, byAge)),
    expired: (now, most) =>
      run(() => {
        const isOver = [{ begunAt: null }, { endedAt: { $ne: null } }]
        return list({ expiresAt: { $lte: now }, $or: isOver }, most, { expiresAt: 1 })
      }),
    parked: (time, most) => run(() => list({ parkedAt: { $lte: time } }, most)),
    sealedByOthers: (keyId, most) => run(() => list({ 'sealed.keyId': { $ne: keyId } }, most)),
  }
}

// By staff.
const seen = { waits: true, isShadow: false } as const

type Order = Readonly<Record<string, 1>>
type Place = Pick<Registration, 'createdAt' | 'rid'>

const byAge = { createdAt: 1, _id: 1 } as const

function before({ createdAt, rid }: Place): Filter<RegistrationDocument> {
  const isBefore = [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: rid } }]
  return { waits: true, createdAt: upTo(createdAt), $or: isBefore }
}

// Dates have whole milliseconds. SecantusDB 0.5.3 leaves out what is equal to an upper bound in the middle of an index.
function upTo(time: Date) {
  return { $lt: new Date(time.getTime() + 1) }
}

function isAfter({ createdAt, rid }: Place): Filter<RegistrationDocument> {
  const isLater = [{ createdAt: { $gt: createdAt } }, { createdAt, _id: { $gt: rid } }]
  return { createdAt: { $gte: createdAt }, $or: isLater }
}
