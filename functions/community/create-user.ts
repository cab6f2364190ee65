import * as z from 'zod'
import { accountWish, toWish } from '../../lib/accounts/account-wish.ts'
import { createAccount } from '../../lib/accounts/create-account.ts'
import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { siteSettings, tuningSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { signedIn } from '../../lib/http/principal.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/create_user',
  summary: 'Ask for a new account',
  description:
    'Reserves the username and queues the creation on the host. The owner gets a mail with a link for the first password once the account is there. `tier` is for staff.',
  auth: ['service', 'staff', 'admin'],
  body: accountWish,
  status: 201,
  output: () => z.strictObject({ message: z.string(), task_id: z.string(), task_url: z.string() }),
  failures: ['username_taken', 'address_taken', 'display_name_refused'],
  dialect: 'community',
  limits: ['create_user'],
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    sealer: ringSealer,
    signer: ringSigner,
    site: siteSettings,
    tuning: tuningSettings,
  },
  handler: async ({ body, principal, language, uses }) => {
    const taskId = await createAccount(uses, signedIn(principal), toWish(body, language))
    return {
      message: 'The account is being created. Its owner gets a mail once it is ready.',
      task_id: taskId,
      task_url: `/tasks/${taskId}`,
    }
  },
})
