import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { registeringSettings } from '../../lib/adapters/settings.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { anyRecord } from '../../lib/registrations/answers.ts'
import { readRegistration } from '../../lib/registrations/read.ts'
import { ridParam } from '../../lib/registrations/rules.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/registrations/{rid}',
  summary: 'See how far a registration is',
  description:
    "With the token of whoever asked: all of it. With a manager's token, or the access token of staff: what was written, and what staff noted. `position` says how many came before it, and counts to 100.",
  auth: 'registration',
  params: ridParam,
  status: 200,
  output: anyRecord,
  failures: ['unknown_registration', 'too_many_requests'],
  dialect: 'registrations',
  uses: {
    clock: systemClock,
    database: mongoDatabase,
    signer: ringSigner,
    sealer: ringSealer,
    registering: registeringSettings,
  },
  handler: ({ params, basic, bearer, uses }) =>
    readRegistration(uses, params.rid, { basic, bearer }),
})
