import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import {
  answerDecisionForm,
  decisionForm,
  registrationProblem,
} from '../../lib/pages/registration-forms.ts'
import { placesOf } from '../../lib/pages/registration-places.ts'
import { openForManager } from '../../lib/pages/registration-use-cases.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/registrations/decide',
  summary: 'See a registration without script, and do what a manager can do',
  description:
    'Answers with a page, which carries `rid` and `token` in its forms. Programs use the other routes.',
  auth: 'anyone',
  body: decisionForm,
  form: true,
  status: 200,
  media: 'text/html',
  failures: ['too_many_requests'],
  dialect: 'registrations',
  problemPage: registrationProblem,
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
  handler: ({ body, language, uses }) => {
    const { communityName, defaultLanguage } = uses.site
    const style = { language: language ?? defaultLanguage, communityName }
    const places = placesOf(uses.registering, uses.site)
    return answerDecisionForm({ open: (key) => openForManager(uses, key), style, places }, body)
  },
})
