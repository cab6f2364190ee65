import type { Account } from '../accounts/account.ts'
import { isPassword } from '../crypto/password-hash.ts'
import { newId } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Clock, Database, Random, Signer } from '../ports.ts'
import { accessTokenSeconds } from './policy.ts'
import { signInKey } from './sign-in-key.ts'

/** What signing in needs. */
export interface SignInUses {
  readonly clock: Clock
  readonly random: Random
  readonly database: Database
  readonly signer: Signer
}

/** A new session's access token. */
export interface SignedIn {
  readonly accessToken: string
  readonly expiresInSeconds: number
  readonly role: Account['role']
}

/**
 * Checks a name and a password. Throws `bad_credentials`, the same and after the same work for a wrong
 * name, a wrong password and an account without one (T08), or `too_many_requests` for a name that was
 * tried too often, known or not (T09).
 */
export async function signIn(
  uses: SignInUses,
  credentials: { readonly username: string; readonly password: string },
): Promise<SignedIn> {
  const name = credentials.username.toLowerCase()
  const now = uses.clock.now()
  const { retryAt } = await uses.database.counters.tryOnce(signInKey(name), now)
  if (retryAt !== undefined) {
    const retryAfterSeconds = Math.ceil((retryAt.getTime() - now.getTime()) / 1000)
    throw new Failure('too_many_requests', { retryAfterSeconds })
  }
  const account = await uses.database.accounts.find(name)
  const isRight = await isPassword(credentials.password, account?.passwordHash ?? null)
  if (!isRight || account?.state !== 'active') throw new Failure('bad_credentials')
  await uses.database.counters.forget(signInKey(name))
  return openSession(uses, account)
}

async function openSession(uses: SignInUses, { username, role }: Account): Promise<SignedIn> {
  const createdAt = uses.clock.now()
  const expiresAt = new Date(createdAt.getTime() + accessTokenSeconds * 1000)
  const id = newId(uses.random)
  await uses.database.sessions.insert({ id, username, role, createdAt, expiresAt })
  const claims = { username, sessionId: id }
  const accessToken = await uses.signer.sign(claims, createdAt, accessTokenSeconds)
  return { accessToken, expiresInSeconds: accessTokenSeconds, role }
}
