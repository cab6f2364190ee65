import type { Records } from '../../ports.ts'
import { Outrun, type Registration } from '../../registrations/registration.ts'
import type { RegistrationDocument, Scope } from './collections.ts'

/** Registrations in MongoDB. */
export function mongoRegistrations({ collections, tx, run }: Scope): Records['registrations'] {
  const { registrations } = collections
  return {
    find: (rid) => run(async () => toFound(await registrations.findOne({ _id: rid }, tx))),
    findByToken: (rid, tokenHash) =>
      run(async () => {
        const opened = { _id: rid, 'tokens.hash': tokenHash }
        return toFound(await registrations.findOne(opened, tx))
      }),
    insert: (registration) =>
      run(async () => {
        await registrations.insertOne(toDocument(registration), tx)
      }),
    replace: (registration) =>
      run(async () => {
        const { rid, revision } = registration
        const next = toDocument({ ...registration, revision: revision + 1 })
        const { matchedCount } = await registrations.replaceOne({ _id: rid, revision }, next, tx)
        if (matchedCount !== 1) throw new Outrun('Changed meanwhile')
      }),
    begin: (rid, now) =>
      run(async () => {
        const isWanted = [{ expiresAt: { $gt: now } }, { begunAt: { $ne: null } }]
        const open = { _id: rid, status: 'approved' as const, endedAt: null, $or: isWanted }
        return (await registrations.updateOne(open, beginning(now), tx)).matchedCount === 1
      }),
    remove: ({ rid, revision }) =>
      run(async () => {
        const { deletedCount } = await registrations.deleteOne({ _id: rid, revision }, tx)
        if (deletedCount !== 1) throw new Outrun('Changed meanwhile')
      }),
  }
}

// A try after a failure: from now on it is being made again.
const tryAgain = (status: string) => ({
  $cond: [{ $eq: [status, 'failed'] }, 'processing', status],
})

function beginning(now: Date) {
  return [
    {
      $set: {
        begunAt: { $ifNull: ['$begunAt', now] },
        revision: { $add: ['$revision', 1] },
        parkedAt: null,
        matrixStatus: tryAgain('$matrixStatus'),
        accountStatus: tryAgain('$accountStatus'),
      },
    },
  ]
}

function toDocument({ rid, ...rest }: Registration): RegistrationDocument {
  // Second ones of an address too: where they were left out, two positions would tell that it has one open (T08).
  const waits = rest.status === 'pending'
  return { _id: rid, ...rest, ...(waits ? { waits } : {}) }
}

/** A stored registration as the rules know it. */
export function toRegistration(document: RegistrationDocument): Registration {
  const { _id, waits, ...rest } = document
  return { rid: _id, ...rest }
}

function toFound(document: RegistrationDocument | null): Registration | undefined {
  return document === null ? undefined : toRegistration(document)
}
