import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { registeringSettings } from '../../lib/adapters/settings.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { noContent } from '../../lib/http/reply.ts'
import { ridParam } from '../../lib/registrations/rules.ts'
import { withdrawRegistration } from '../../lib/registrations/withdraw.ts'

export const handler = endpoint({
  method: 'DELETE',
  path: '/registrations/{rid}',
  summary: 'Withdraw a registration, with everything that was written',
  auth: 'registration',
  params: ridParam,
  status: 204,
  failures: ['registration_underway', 'unknown_registration', 'too_many_requests'],
  dialect: 'registrations',
  uses: {
    clock: systemClock,
    database: mongoDatabase,
    signer: ringSigner,
    sealer: ringSealer,
    registering: registeringSettings,
  },
  handler: async ({ params, basic, bearer, uses }) => {
    await withdrawRegistration(uses, params.rid, { basic, bearer })
    return noContent()
  },
})
