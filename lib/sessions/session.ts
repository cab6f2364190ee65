import type { Role } from '../accounts/account.ts'

/** What an access token points to. It carries all that a request needs, so that checking costs one read. */
export interface Session {
  readonly id: string
  readonly username: string
  readonly role: Role
  readonly createdAt: Date
  readonly expiresAt: Date
}
