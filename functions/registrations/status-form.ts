import { ringSealer, ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import {
  answerStatusForm,
  registrationProblem,
  statusForm,
} from '../../lib/pages/registration-forms.ts'
import { placesOf } from '../../lib/pages/registration-places.ts'
import { openForAsker } from '../../lib/pages/registration-use-cases.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/registrations/status',
  summary: 'See a registration without script, and do what its asker can do',
  description:
    'Answers with a page, which carries `rid` and `token` in its forms. Programs use the other routes.',
  auth: 'anyone',
  body: statusForm,
  form: true,
  status: 200,
  media: 'text/html',
  failures: ['too_many_requests'],
  dialect: 'registrations',
  size: 'hashing',
  problemPage: registrationProblem,
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
  handler: ({ body, language, uses }) => {
    const { communityName, defaultLanguage } = uses.site
    const style = { language: language ?? defaultLanguage, communityName }
    const places = placesOf(uses.registering, uses.site)
    return answerStatusForm({ open: (key) => openForAsker(uses, key), style, places }, body)
  },
})
