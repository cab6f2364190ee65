import { createHash } from 'node:crypto'
import { clientKey } from '../http/client-key.ts'

/** Key of the counter of wrong passwords for a name, known or not. Hashed: people type passwords as names. */
export function signInKey(name: string): string {
  return `sign_in_name:${hash(name)}`
}

/** Key of a client that signed in to a name before, and of its own counter of wrong passwords. */
export function knownClientKey(name: string, clientAddress: string): string {
  return `sign_in_client:${hash(`${name} ${clientKey(clientAddress)}`)}`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
