import { Failure } from '../failure.ts'
import type { Clock, Records, Sealer } from '../ports.ts'
import type { Admitted } from './admit.ts'
import { lives } from './life.ts'
import { openPersonal } from './personal.ts'

/**
 * The same registration as it is inside of a transaction: what was read before may have changed since (T26). Throws as
 * if it had not been there from the beginning.
 */
export async function admitAgain(
  uses: { readonly clock: Clock; readonly sealer: Sealer },
  records: Records,
  { registrant, registration: { rid }, personal: { address } }: Admitted,
): Promise<Admitted> {
  const registration = await records.registrations.find(rid)
  if (registration === undefined || !lives(registration, uses.clock.now())) {
    throw new Failure(registrant.role === 'staff' ? 'unknown_registration' : 'unauthenticated')
  }
  const personal = await openPersonal(uses.sealer, registration)
  const isMoved = registrant.role === 'asker' && personal.address !== address
  // What was mailed to another address shows nothing about this one (T32).
  const holder = isMoved ? ({ role: 'asker', via: 'answer' } as const) : registrant
  return { registrant: holder, registration, personal }
}
