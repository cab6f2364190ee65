import type { Records } from '../../ports.ts'
import { traceDays } from '../../registrations/policy.ts'
import type { Scope } from './collections.ts'

const millisecondsPerDay = 24 * 60 * 60 * 1000

/** What registrations hold and leave behind under keyed hashes, in MongoDB. */
export function mongoRegistrationKeys({
  collections,
  tx,
  run,
}: Scope): Records['registrationKeys'] {
  const { heldAddresses, traces } = collections
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
    tracesOf: (keys, most) =>
      run(async () => {
        const found = traces.find({ keys: { $in: [...keys] } }, tx)
        const newest = await found.sort({ at: -1 }).limit(most).toArray()
        return newest.map(({ status, at }) => ({ status, at }))
      }),
  }
}
