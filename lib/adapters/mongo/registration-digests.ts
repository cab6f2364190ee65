import type { Records } from '../../ports.ts'
import type { Scope } from './collections.ts'

const id = 'registration_digest'

/** When the next digest may come, in MongoDB: a counter that is there until then. */
export function mongoRegistrationDigests({
  collections: { counters },
  tx,
  run,
}: Scope): Records['registrationDigests'] {
  return {
    // The database removes a counter only some time after its end.
    isDue: (now) =>
      run(async () => (await counters.findOne({ _id: id, endsAt: { $gt: now } }, tx)) === null),
    waitUntil: (endsAt) =>
      run(async () => {
        await counters.updateOne(
          { _id: id },
          { $set: { value: 1, endsAt } },
          { ...tx, upsert: true },
        )
      }),
  }
}
