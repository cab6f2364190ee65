import * as z from 'zod'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { siteSettings } from '../../lib/adapters/settings.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { page } from '../../lib/http/reply.ts'
import { passwordProblem } from '../../lib/pages/password-form.ts'
import { setPasswordPage } from '../../lib/pages/set-password.ts'
import { linkToken } from '../../lib/passwords/link-token.ts'
import { stateOfLink } from '../../lib/passwords/state-of-link.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/password_reset',
  summary: 'The page where the holder of a mailed link sets a password',
  description: 'Without a good token the same page says what to do next.',
  auth: 'anyone',
  query: () => z.strictObject({ token: linkToken().optional() }),
  status: 200,
  media: 'text/html',
  failures: [],
  dialect: 'community',
  problemPage: passwordProblem,
  uses: { clock: systemClock, database: mongoDatabase, site: siteSettings },
  handler: async ({ query: { token = '' }, language, uses }) => {
    const state = await stateOfLink(uses, token)
    const style = {
      language: language ?? uses.site.defaultLanguage,
      communityName: uses.site.communityName,
    }
    return page(setPasswordPage({ ...style, ...state }))
  },
})
