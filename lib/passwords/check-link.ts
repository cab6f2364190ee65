import { hashToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Clock, Records } from '../ports.ts'
import type { Link } from './link.ts'

/**
 * The link of a token while it is good. Throws `link_expired`, or `link_invalid` (unknown, used, replaced, or
 * of an account that may not sign in any more).
 */
export async function checkLink(
  uses: { readonly database: Pick<Records, 'links' | 'accounts'>; readonly clock: Clock },
  token: string,
): Promise<Link> {
  const link = await uses.database.links.find(hashToken(token))
  if (link === undefined || link.usedAt !== null || link.replacedAt !== null) {
    throw new Failure('link_invalid')
  }
  if (link.expiresAt <= uses.clock.now()) throw new Failure('link_expired')
  const account = await uses.database.accounts.find(link.username)
  if (account?.state !== 'active') throw new Failure('link_invalid')
  return link
}
