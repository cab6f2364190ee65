import type { Account } from '../accounts/account.ts'
import { madeFor } from './made-for.ts'
import type { Registration } from './registration.ts'

/** What a person is called until they say otherwise: the username, as far as a full name may have its characters. */
export function displayNameOf(username: string): string {
  return username.replaceAll('_', ' ')
}

/**
 * The account that holds a picked username against everybody else: the one index of names decides. It says nothing of
 * the person, and nobody can sign in to it before it is made.
 */
export function reservationFor(
  { rid, language }: Pick<Registration, 'rid' | 'language'>,
  own: Pick<Account, 'username' | 'passwordHash' | 'createdAt'>,
): Account {
  return {
    ...own,
    displayName: displayNameOf(own.username),
    role: 'member',
    state: 'approved',
    address: null,
    addressState: 'good',
    discordName: null,
    referralCode: null,
    language,
    tier: 'starter',
    failureText: null,
    usedOnHost: false,
    createdBy: madeFor(rid),
  }
}
