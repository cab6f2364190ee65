import type { Account, Role } from '../../lib/accounts/account.ts'
import { ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts, type World } from '../../lib/adapters/world.ts'
import { hashPassword, isPassword } from '../../lib/crypto/password-hash.ts'
import { newId } from '../../lib/crypto/token.ts'
import type { PasswordHasher } from '../../lib/ports.ts'

/** Password of every account that `addAccount` makes. */
export const usualPassword = 'Correct-Horse-7'
// Made once, at the cost of the real ones: hashing it anew would add a quarter of a second to each test.
const usualPasswordHash = '$2b$12$sJQCeeM3wVajruoRgutav..DXSGGXBTRsnQp8ydCENIsEvDVOd4PW'

// The least that bcrypt takes: a thousandth of a second.
const quickCost = 4
const quickPasswordHash = hashPassword(usualPassword, quickCost)

/** What a deployment cannot have: passwords that cost a test nothing. */
export const quickHasher: PasswordHasher = {
  hash: (password) => hashPassword(password, quickCost),
  matches: (password, passwordHash) => isPassword(password, passwordHash, quickCost),
}

/** Usernames of the accounts behind `as(role)`. */
export const usernameOf = {
  service: 'signup.site',
  member: 'mia.member',
  staff: 'sam.staff',
  admin: 'ada.admin',
} as const satisfies Record<Role, string>

const ports = {
  clock: systemClock,
  random: systemRandom,
  database: mongoDatabase,
  signer: ringSigner,
}

/** Stores an account as it would be after its creation; nothing of it is on the host. */
export async function addAccount(
  world: World,
  wish: Partial<Account> & { readonly username: string },
): Promise<Account> {
  const { database, clock } = await openPorts(ports, world)
  const isQuick = world.overrides.passwordHasher === quickHasher
  const account: Account = {
    displayName: `Name of ${wish.username}`,
    role: 'member',
    state: 'active',
    address: `${wish.username}@elsewhere.example`,
    addressState: 'good',
    discordName: null,
    referralCode: null,
    language: 'en',
    tier: 'starter',
    passwordHash: isQuick ? await quickPasswordHash : usualPasswordHash,
    failureText: null,
    usedOnHost: true,
    createdAt: clock.now(),
    createdBy: 'console',
    ...wish,
  }
  await database.accounts.insert(account)
  return account
}

const tokenSeconds = 900

/** An access token of a new session of an account, as `/login` gives it. */
export async function newToken(world: World, username: string, role: Role): Promise<string> {
  const { database, clock, random, signer } = await openPorts(ports, world)
  const createdAt = clock.now()
  const expiresAt = new Date(createdAt.getTime() + tokenSeconds * 1000)
  const id = newId(random)
  await database.sessions.insert({ id, username, role, createdAt, expiresAt })
  return signer.sign({ username, sessionId: id }, createdAt, tokenSeconds)
}
