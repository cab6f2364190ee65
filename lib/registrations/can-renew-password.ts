import type { Records } from '../ports.ts'
import type { Admitted } from './admit.ts'

interface RenewUses {
  readonly database: Pick<Records, 'accounts'>
}

/**
 * Whether a new password can still be made for a picked name: on the host until somebody has signed in, and not where
 * Matrix has the first one already, which can only be changed by its owner there. Once the address is known to be read
 * by its owner, only what was mailed there does it: whoever asked may be somebody else (T32).
 */
export async function canRenewPassword(
  { database }: RenewUses,
  { registrant, registration, personal: { username } }: Admitted,
): Promise<boolean> {
  const { targets, begunAt, accountStatus, endedAt, isAddressConfirmed } = registration
  const isMailed = registrant.role === 'asker' && registrant.via === 'mail'
  if (username === null || (isAddressConfirmed && !isMailed)) return false
  if (endedAt === null) return begunAt === null
  // Where it was given up, the name may be somebody else's by now.
  const isOnHostAlone = !targets.includes('matrix') && accountStatus === 'success'
  return isOnHostAlone && !(await database.accounts.hasSignedIn(username))
}
