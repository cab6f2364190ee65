import { compare, hash } from 'bcryptjs'

/** bcrypt works 2^12 rounds: about 0.3 s on the functions that hash. */
const cost = 12
/** bcrypt reads no further, so two longer passwords with the same beginning would count as one. */
const mostBytes = 72
/** The hash of random bytes that nobody kept: checking against it costs what a real check costs. */
const nobodysHash = '$2b$12$n/q5k7kR8kTwPjdfE4sTE.4Jgg2/L2Dqet43koOZzOYZmH6tLqZoy'

/** The bcrypt hash of a password of at most 72 bytes; throws for a longer one. */
export async function hashPassword(password: string): Promise<string> {
  if (!isHashable(password)) throw new RangeError('A password is at most 72 bytes long')
  return hash(password, cost)
}

/** Tells whether the password belongs to the hash, in the same time also where there is none or it is too long (T08). */
export async function isPassword(password: string, passwordHash: string | null): Promise<boolean> {
  const canMatch = passwordHash !== null && isHashable(password)
  const matches = await compare(canMatch ? password : '', canMatch ? passwordHash : nobodysHash)
  return canMatch && matches
}

function isHashable(password: string): boolean {
  // Other implementations of bcrypt end the password at a NUL, and the hash has to mean the same everywhere.
  return Buffer.byteLength(password, 'utf8') <= mostBytes && !password.includes('\0')
}
