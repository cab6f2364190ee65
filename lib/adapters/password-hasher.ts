import * as z from 'zod'
import { hashPassword, isPassword } from '../crypto/password-hash.ts'
import { once } from '../late.ts'
import type { PasswordHasher } from '../ports.ts'
import { adapter } from './adapter.ts'

/** bcrypt at its one cost, which is no setting: no installation can make its passwords cheap to guess. */
export const bcryptHasher = adapter<PasswordHasher, object>({
  settings: once(() => z.object({})),
  secrets: [],
  grants: [],
  open: () => ({
    hash: (password) => hashPassword(password),
    matches: (password, passwordHash) => isPassword(password, passwordHash),
  }),
})
