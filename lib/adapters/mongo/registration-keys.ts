import type { Records } from '../../ports.ts'
import { traceDays } from '../../registrations/policy.ts'
import type { Trace } from '../../registrations/registration.ts'
import type { RegistrationDocument, Scope } from './collections.ts'

const decided = ['approved', 'rejected'] as const
const millisecondsPerDay = 24 * 60 * 60 * 1000

/** What registrations hold and leave behind under keyed hashes, in MongoDB. */
export function mongoRegistrationKeys({
  collections,
  tx,
  run,
}: Scope): Records['registrationKeys'] {
  const { heldAddresses, traces, registrations } = collections
  return {
    holderOf: (addressKey) =>
      run(async () => (await heldAddresses.findOne({ addressKey }, tx))?.rid),
    hold: (addressKey, rid) =>
      run(async () => {
        await heldAddresses.insertOne({ addressKey, rid }, tx)
      }),
    free: (addressKey, rid) =>
      run(async () => {
        await heldAddresses.deleteOne({ addressKey, rid }, tx)
      }),
    leaveTrace: (keys, trace) =>
      run(async () => {
        const purgeAt = new Date(trace.at.getTime() + traceDays * millisecondsPerDay)
        await traces.insertOne({ keys: [...keys], ...trace, purgeAt }, tx)
      }),
    historyOf: (registration, most) =>
      run(async () => {
        const { addressKey, nameKey } = registration
        const keys = [addressKey, nameKey].filter((key) => key !== null)
        if (keys.length === 0) return []
        const left = traces
          .find({ keys: { $in: keys } }, tx)
          .sort({ at: -1 })
          .limit(most)
        const past = (await left.toArray()).map(({ status, at }) => ({ status, at }))
        const status = { $in: [...decided] }
        // Without its own rid in the question, which would have the index of all rids looked through.
        const byAddress = { addressKey: { $in: keys }, isAddressConfirmed: true }
        const either = { $or: [byAddress, { nameKey: { $in: keys } }], status }
        const living = await registrations
          .find(either, tx)
          .limit(most + 1)
          .toArray()
        const recent = living.filter(({ _id }) => _id !== registration.rid).map(toTrace)
        return [...past, ...recent]
          .sort((one, other) => other.at.getTime() - one.at.getTime())
          .slice(0, most)
      }),
  }
}

function toTrace({ status, decidedAt, modifiedAt }: RegistrationDocument): Trace {
  /* v8 ignore next -- @preserve: only decided ones are looked for, which the types cannot say */
  const at = decidedAt ?? modifiedAt
  return { status: status === 'approved' ? status : 'rejected', at }
}
