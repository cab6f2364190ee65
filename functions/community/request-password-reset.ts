import * as z from 'zod'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { requestReset } from '../../lib/passwords/request-reset.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/request_password_reset',
  summary: 'Mail a reset link to the recovery address of an account',
  auth: 'anyone',
  body: () => z.strictObject({ username: z.string().min(1).max(254).toLowerCase() }),
  status: 200,
  output: () => z.strictObject({ message: z.string() }),
  failures: ['unknown_user'],
  dialect: 'community',
  limits: ['reset_request_client', 'reset_request_account'],
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    sealer: ringSealer,
  },
  handler: async ({ body, uses }) => {
    await requestReset(uses, body.username)
    return { message: 'If the account has a recovery address, a link to it is on its way.' }
  },
})
