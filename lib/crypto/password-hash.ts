import { compare, hash } from 'bcryptjs'

/** bcrypt works 2^12 rounds: about 0.3 s on the functions that hash. */
const usualCost = 12
/** bcrypt reads no further, so two longer passwords with the same beginning would count as one. */
const mostBytes = 72
/** Salt and hash of random bytes that nobody kept: checking against them costs what a real check costs. */
const nobodysHash = 'n/q5k7kR8kTwPjdfE4sTE.4Jgg2/L2Dqet43koOZzOYZmH6tLqZoy'

/** Makes and checks what is kept of passwords. */
export interface PasswordHasher {
  /** Throws for a password of more than 72 bytes. */
  hash(password: string): Promise<string>
  /** Tells whether the password belongs to the hash. */
  matches(password: string, passwordHash: string | null): Promise<boolean>
}

/** The bcrypt hash of a password of at most 72 bytes; throws for a longer one. Only tests give a cost. */
export async function hashPassword(password: string, cost = usualCost): Promise<string> {
  if (!isHashable(password)) throw new RangeError('A password is at most 72 bytes long')
  return hash(password, cost)
}

/** Tells whether the password belongs to the hash, in the same time also where there is none or it is too long (T08). */
export async function isPassword(
  password: string,
  passwordHash: string | null,
  cost = usualCost,
): Promise<boolean> {
  const canMatch = passwordHash !== null && isHashable(password)
  const nobodys = `$2b$${String(cost).padStart(2, '0')}$${nobodysHash}`
  const matches = await compare(canMatch ? password : '', canMatch ? passwordHash : nobodys)
  return canMatch && matches
}

function isHashable(password: string): boolean {
  // Other implementations of bcrypt end the password at a NUL, and the hash has to mean the same everywhere.
  return Buffer.byteLength(password, 'utf8') <= mostBytes && !password.includes('\0')
}
