import { createHash } from 'node:crypto'

/** Key of the counter of wrong passwords for a name, known or not. Hashed: people type passwords as names. */
export function signInKey(name: string): string {
  return `sign_in_name:${createHash('sha256').update(name).digest('base64url')}`
}
