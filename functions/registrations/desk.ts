import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { anyRecord } from '../../lib/registrations/answers.ts'
import { workAtDesk } from '../../lib/registrations/desk.ts'
import { deskWish, ridParam, toDeed } from '../../lib/registrations/rules.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/registrations/{rid}/desk',
  summary: 'Do something else than deciding with a registration',
  description:
    'Managers and staff: `claim`, `release`, `note`, `ask`, `undo` a rejection. Whoever asked: `answer`, `confirm` the address by the mailed token, and `new_password`, which is told only here.',
  auth: 'registration',
  params: ridParam,
  body: deskWish,
  status: 200,
  output: anyRecord,
  failures: [
    'nothing_asked',
    'password_not_renewable',
    'registration_claimed',
    'registration_decided',
    'registration_not_rejected',
    'registration_open_elsewhere',
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
    site: siteSettings,
    registering: registeringSettings,
    passwordHasher: bcryptHasher,
  },
  handler: ({ params, body, basic, bearer, uses }) =>
    workAtDesk(uses, params.rid, { basic, bearer, deed: toDeed(body) }),
})
