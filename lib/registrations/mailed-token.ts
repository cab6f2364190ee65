import { hashToken } from '../crypto/token.ts'
import type { RegistrationToken } from './registration.ts'

/** What is kept of a token that is mailed to whoever asked. */
export function toMailedToken(token: string): RegistrationToken {
  return { hash: hashToken(token), role: 'asker', via: 'mail' }
}
