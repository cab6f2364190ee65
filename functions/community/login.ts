import * as z from 'zod'
import { ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { signIn } from '../../lib/sessions/sign-in.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/login',
  summary: 'Sign in and get an access token',
  description: 'A wrong name and a wrong password get the same answer in the same time.',
  auth: 'anyone',
  body: () =>
    z.strictObject({
      username: z.string().min(1).max(254),
      password: z.string().min(1).max(1024),
      '2fa_code': z.string().max(32).optional(),
    }),
  status: 200,
  output: () =>
    z.strictObject({
      access_token: z.string(),
      expires_in: z.int(),
      role: z.enum(['service', 'member', 'staff', 'admin']),
    }),
  failures: ['bad_credentials'],
  dialect: 'login',
  limits: ['sign_in'],
  size: 'hashing',
  uses: {
    clock: systemClock,
    random: systemRandom,
    database: mongoDatabase,
    signer: ringSigner,
    passwordHasher: bcryptHasher,
  },
  handler: async ({ body, clientAddress, uses }) => {
    const credentials = { username: body.username, password: body.password, clientAddress }
    const { accessToken, expiresInSeconds, role } = await signIn(uses, credentials)
    return { access_token: accessToken, expires_in: expiresInSeconds, role }
  },
})
