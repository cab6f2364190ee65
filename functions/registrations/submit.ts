import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { askerRecord } from '../../lib/registrations/answers.ts'
import { registrationWish } from '../../lib/registrations/rules.ts'
import { submitRegistration } from '../../lib/registrations/submit.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/registrations',
  summary: 'Ask for an account that staff decide about',
  description:
    '`rid` and `token` open the registration and are told only here. An address that has an open registration gets the same answer, and a mail.',
  auth: 'anyone',
  body: registrationWish,
  status: 201,
  output: askerRecord,
  failures: ['too_many_pending'],
  dialect: 'registrations',
  limits: ['submit_registration'],
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    sealer: ringSealer,
    lookup: mongoLookup,
    site: siteSettings,
    registering: registeringSettings,
  },
  handler: ({ body, language, uses }) =>
    submitRegistration(uses, {
      address: body.email ?? null,
      message: body.message ?? null,
      referralCode: body.referral_code ?? null,
      language,
    }),
})
