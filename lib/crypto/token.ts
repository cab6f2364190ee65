import { createHash } from 'node:crypto'
import type { Random } from '../ports.ts'

const tokenBytes = 32
const idBytes = 16

/** A secret that opens something: 256 random bits as 43 characters of base64url. */
export function newToken(random: Random): string {
  return Buffer.from(random.bytes(tokenBytes)).toString('base64url')
}

/** What is kept of a token: its SHA-256 as 64 hexadecimal digits. A random token needs no salt (ASVS 11.4.1). */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex')
}

/** A name that nobody can guess and that opens nothing by itself: 128 random bits as 22 characters of base64url. */
export function newId(random: Random): string {
  return Buffer.from(random.bytes(idBytes)).toString('base64url')
}
