import { createHash } from 'node:crypto'
import { clientKey } from '../http/client-key.ts'
import type { Database } from '../ports.ts'

/** Key of the counter of wrong passwords for a name, known or not. Hashed: people type passwords as names. */
export function signInKey(name: string): string {
  return `sign_in_name:${hash(name)}`
}

/** Key of a client that signed in to a name before, and of its own counter of wrong passwords. */
export function knownClientKey(name: string, clientAddress: string): string {
  return `${knownClientsPrefix(name)}${hash(`${name} ${clientKey(clientAddress)}`)}`
}

/** Forgets every wrong password for a name, from wherever. That a client signed in before stays known. */
export async function forgetTries(
  { counters }: Pick<Database, 'counters'>,
  name: string,
): Promise<void> {
  await counters.forget(signInKey(name))
  await counters.forgetAll(knownClientsPrefix(name))
}

function knownClientsPrefix(name: string): string {
  return `sign_in_client:${hash(name)}:`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
