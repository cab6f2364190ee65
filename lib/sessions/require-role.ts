import type { Role } from '../accounts/account.ts'
import { Failure } from '../failure.ts'
import type { Principal } from '../http/principal.ts'
import type { Ports } from '../ports.ts'

/** What checking a token needs. */
export type TokenUses = Partial<Pick<Ports, 'signer' | 'database' | 'clock'>>

/**
 * Whoever an access token belongs to. The role comes from the stored session, so that ending a
 * session ends its tokens at once (T12, T13). Undefined for any token that is not good now.
 */
export async function findPrincipal(
  uses: TokenUses,
  bearer: string | undefined,
): Promise<Principal | undefined> {
  const { signer, database, clock } = uses
  if (!signer || !database || !clock) {
    throw new Error('An endpoint for signed-in callers uses "signer", "database" and "clock".')
  }
  if (bearer === undefined) return undefined
  const now = clock.now()
  const claims = await signer.verify(bearer, now)
  if (claims === undefined) return undefined
  const session = await database.sessions.find(claims.sessionId)
  if (session?.username !== claims.username || session.expiresAt <= now) return undefined
  return { username: session.username, role: session.role, sessionId: session.id }
}

/** The principal, or `unauthenticated`, or `forbidden` where its role may not do this. */
export async function requireRole(
  uses: TokenUses,
  bearer: string | undefined,
  roles: readonly Role[],
): Promise<Principal> {
  const principal = await findPrincipal(uses, bearer)
  if (principal === undefined) throw new Failure('unauthenticated')
  if (!roles.includes(principal.role)) throw new Failure('forbidden')
  return principal
}
