import type { Records } from '../ports.ts'
import type { Personal, Registration } from './registration.ts'

interface RenewUses {
  readonly database: Pick<Records, 'accounts'>
}

/**
 * Whether a new password can still be made for a picked name: on the host until somebody has signed in, and not where
 * Matrix has the first one already, which can only be changed by its owner there.
 */
export async function canRenewPassword(
  { database }: RenewUses,
  { targets, begunAt, accountStatus, endedAt }: Registration,
  { username }: Personal,
): Promise<boolean> {
  if (username === null) return false
  if (endedAt === null) return begunAt === null
  // Where it was given up, the name may be somebody else's by now.
  const isOnHostAlone = !targets.includes('matrix') && accountStatus === 'success'
  return isOnHostAlone && !(await database.accounts.hasSignedIn(username))
}
