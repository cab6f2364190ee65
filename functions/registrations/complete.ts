import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { askerRecord } from '../../lib/registrations/answers.ts'
import { completeRegistration } from '../../lib/registrations/complete.ts'
import { completionWish, ridParam } from '../../lib/registrations/rules.ts'

export const handler = endpoint({
  method: 'PATCH',
  path: '/registrations/{rid}',
  summary: 'Pick a username for an approved registration',
  description:
    'Reserves the username and has the account made. `password` is told only here. A name that Matrix turns out not to give is in `refused_username` later, and another one can be picked.',
  auth: 'registration',
  params: ridParam,
  body: completionWish,
  status: 200,
  output: askerRecord,
  failures: [
    'registration_not_approved',
    'registration_underway',
    'username_taken',
    'unknown_registration',
    'too_many_requests',
  ],
  dialect: 'registrations',
  size: 'hashing',
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    signer: ringSigner,
    sealer: ringSealer,
    lookup: mongoLookup,
    site: siteSettings,
    registering: registeringSettings,
    passwordHasher: bcryptHasher,
  },
  handler: ({ params, body, basic, bearer, uses }) => {
    const pick = { username: body.username, address: body.email ?? null }
    return completeRegistration(uses, params.rid, { basic, bearer, pick })
  },
})
