import type { Account } from '../accounts/account.ts'
import { newId } from '../crypto/token.ts'
import { Failure, tooManyRequests } from '../failure.ts'
import type { Clock, Database, PasswordHasher, Random, Signer, TokenClaims } from '../ports.ts'
import { accessTokenSeconds, failuresKeptUntil } from './policy.ts'
import type { Session } from './session.ts'
import { knownClientKey, signInKey } from './sign-in-key.ts'

/** What signing in needs. */
export interface SignInUses {
  readonly clock: Clock
  readonly random: Random
  readonly database: Database
  readonly signer: Signer
  readonly passwordHasher: PasswordHasher
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
  credentials: {
    readonly username: string
    readonly password: string
    readonly clientAddress: string
  },
): Promise<SignedIn> {
  const name = credentials.username.toLowerCase()
  const now = uses.clock.now()
  const clientKey = knownClientKey(name, credentials.clientAddress)
  // The account is read before the try is counted, to save a way to the database; it is judged after (T09).
  const [isKnownClient, account] = await Promise.all([
    uses.database.counters.isKnown(clientKey, now),
    uses.database.accounts.find(name),
  ])
  // Strangers share one counter a name; who signed in from here before is not locked out by them (T09).
  const key = isKnownClient ? clientKey : signInKey(name)
  await countTry(uses, key, now)
  const passwordHash = account?.passwordHash ?? null
  const isRight = await uses.passwordHasher.matches(credentials.password, passwordHash)
  if (!isRight || passwordHash === null || account?.state !== 'active') {
    throw new Failure('bad_credentials')
  }
  const session = await openSession(uses, account)
  const { counters } = uses.database
  const [accessToken] = await Promise.all([
    uses.signer.sign(claimsOf(session), session.createdAt, accessTokenSeconds),
    counters.forget(key),
    counters.makeKnown(clientKey, failuresKeptUntil(now)),
  ])
  return { accessToken, expiresInSeconds: accessTokenSeconds, role: session.role }
}

async function countTry({ database }: SignInUses, key: string, now: Date): Promise<void> {
  const { retryAt } = await database.counters.tryOnce(key, now)
  if (retryAt !== undefined) throw tooManyRequests(now, retryAt)
}

async function openSession(uses: SignInUses, account: Account): Promise<Session> {
  const { username, role } = account
  const createdAt = uses.clock.now()
  const expiresAt = new Date(createdAt.getTime() + accessTokenSeconds * 1000)
  const session = { id: newId(uses.random), username, role, createdAt, expiresAt }
  await uses.database.transaction(async (records) => {
    // What was changed while the password was checked must not leave a session of before behind.
    const isUnchanged = await records.accounts.touch(account)
    if (!isUnchanged) throw new Failure('bad_credentials')
    await records.sessions.insert(session)
  })
  return session
}

function claimsOf({ username, id }: Session): TokenClaims {
  return { username, sessionId: id }
}
