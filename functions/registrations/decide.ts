import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { anyRecord } from '../../lib/registrations/answers.ts'
import { decideRegistration } from '../../lib/registrations/decide.ts'
import { decisionWish, ridParam } from '../../lib/registrations/rules.ts'

export const handler = endpoint({
  method: 'PUT',
  path: '/registrations/{rid}',
  summary: 'Approve or reject a registration',
  description:
    'For managers and staff, once. With `silent` no mail goes to whoever asked, and `note` is for staff alone; without it they get to read the note.',
  auth: 'registration',
  params: ridParam,
  body: decisionWish,
  status: 200,
  output: anyRecord,
  failures: ['registration_decided', 'unknown_registration', 'too_many_requests'],
  dialect: 'registrations',
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
  },
  handler: ({ params, body, basic, bearer, uses }) => {
    const { status, note = null, silent = false } = body
    const decision = { status, note, isSilent: silent }
    return decideRegistration(uses, params.rid, { basic, bearer, decision })
  },
})
