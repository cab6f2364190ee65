import { hashPassword } from '../crypto/password-hash.ts'
import type { Clock, Database } from '../ports.ts'
import { signInKey } from '../sessions/sign-in-key.ts'
import type { Account, Role } from './account.ts'

/** An account as an operator gives it at the console. */
export interface OperatorAccount {
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly password: string
  readonly address: string | null
  readonly language: Account['language']
}

/**
 * Makes an account without asking the host, or gives an existing one a new password and role.
 * Ends its sessions, links and waits; an existing address stays unless another one is given. Throws `address_taken`. Gives what was done.
 */
export async function putAccount(
  uses: { readonly database: Database; readonly clock: Pick<Clock, 'now'> },
  { password, ...wish }: OperatorAccount,
): Promise<'created' | 'changed'> {
  const passwordHash = await hashPassword(password)
  const done = await uses.database.transaction(async (records) => {
    const { username, role } = wish
    const address = wish.address === null ? {} : { address: wish.address }
    const change = { passwordHash, role, state: 'active', ...address } as const
    await records.sessions.endAll(username)
    // A link that went to an older address must not undo this (T10).
    await records.links.endAll(username, uses.clock.now())
    if (await records.accounts.update(username, change)) return 'changed' as const
    await records.accounts.insert({
      ...wish,
      state: 'active',
      addressState: 'good',
      discordName: null,
      referralCode: null,
      tier: 'starter',
      passwordHash,
      failureText: null,
      usedOnHost: false,
      createdAt: uses.clock.now(),
      createdBy: 'console',
    })
    return 'created' as const
  })
  // Whoever was locked out by wrong passwords of others gets in with the new one.
  await uses.database.counters.forget(signInKey(wish.username))
  return done
}
