/** A mailed link that lets its holder set a password. Only the SHA-256 of its token is kept. */
export interface Link {
  readonly tokenHash: string
  readonly username: string
  readonly purpose: 'set_password' | 'reset_password'
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | null
  /** Set when a newer link of the same account took its place. */
  readonly replacedAt: Date | null
}
