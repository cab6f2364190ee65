import { hashToken, newToken } from '../crypto/token.ts'
import type { Clock, Random, Records } from '../ports.ts'
import type { Link } from './link.ts'
import { resetLinkMinutes, welcomeLinkDays } from './policy.ts'

const lifeMinutes = { reset_password: resetLinkMinutes, set_password: welcomeLinkDays * 24 * 60 }

/** Stores a new link, which takes the validity from every older one (T10), and gives its token. */
export async function issueLink(
  uses: { readonly clock: Clock; readonly random: Random },
  records: Records,
  { username, purpose }: Pick<Link, 'username' | 'purpose'>,
): Promise<string> {
  const token = newToken(uses.random)
  const createdAt = uses.clock.now()
  await records.links.insertNewest({
    tokenHash: hashToken(token),
    username,
    purpose,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + lifeMinutes[purpose] * 60_000),
    usedAt: null,
    replacedAt: null,
  })
  return token
}
