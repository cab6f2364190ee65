import * as z from 'zod'
import { fileCommonPasswords } from '../../lib/adapters/common-passwords.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import {
  answerPasswordForm,
  passwordForm,
  passwordFormFailures,
  passwordProblem,
} from '../../lib/pages/password-form.ts'

export const handler = endpoint({
  method: 'POST',
  path: '/password_reset',
  summary: 'Set the password that a mailed link allows',
  description:
    'A browser form gets a page; its button asks for the state of the change again with `task_id` and `task_token`.',
  auth: 'anyone',
  body: passwordForm,
  form: true,
  status: 200,
  // Beside JSON: a browser's form gets a page.
  media: 'text/html',
  output: () =>
    z.strictObject({ message: z.string(), task_id: z.string(), task_token: z.string() }),
  failures: passwordFormFailures,
  dialect: 'community',
  limits: ['reset_use'],
  size: 'hashing',
  problemPage: passwordProblem,
  assets: ['common-passwords.txt.br'],
  uses: {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    doorbell: sqsDoorbell,
    sealer: ringSealer,
    site: siteSettings,
    commonPasswords: fileCommonPasswords,
    passwordHasher: bcryptHasher,
  },
  handler: ({ body, language, wantsPage, uses }) =>
    answerPasswordForm(uses, body, { wantsPage, language }),
})
