import type { Clock, Records } from '../ports.ts'
import { freeAddress } from './outcomes.ts'
import type { Registration, Trace } from './registration.ts'

/**
 * Removes a registration that nothing has begun for, or that has ended: everything personal, its task, its name and its
 * address. Works without any key.
 */
export async function dissolve(
  { clock }: { readonly clock: Clock },
  records: Records,
  {
    registration,
    status,
  }: { readonly registration: Registration; readonly status: Trace['status'] },
): Promise<void> {
  const at = clock.now()
  const { rid, taskId, addressKey, nameKey, isAddressConfirmed } = registration
  // One that is running just now finds no registration when it is about to begin, and ends by itself.
  if (taskId !== null) {
    const error = 'The registration is over.'
    await records.tasks.end(taskId, { status: 'cancelled', error, at })
  }
  await records.accounts.removeReservation(rid)
  await freeAddress(records, registration)
  // Anybody can ask with anybody's address; what became of that is not to be held against its owner.
  const ownAddressKey = isAddressConfirmed ? addressKey : null
  const keys = [ownAddressKey, nameKey].filter((key) => key !== null)
  if (keys.length > 0 && !registration.isShadow) {
    await records.registrationKeys.leaveTrace(keys, { status, at })
  }
  await records.registrations.remove(registration)
}
