import * as z from 'zod'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { Failure } from '../../lib/failure.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { redirect } from '../../lib/http/reply.ts'
import { checkLink } from '../../lib/passwords/check-link.ts'
import { linkToken } from '../../lib/passwords/link-token.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/reset_password',
  summary: 'Go from a mailed link to the page that sets the password',
  auth: 'anyone',
  query: () => z.strictObject({ token: linkToken().optional() }),
  status: 302,
  failures: ['link_missing', 'link_invalid', 'link_expired'],
  dialect: 'community',
  uses: { clock: systemClock, database: mongoDatabase },
  handler: async ({ query: { token }, uses }) => {
    if (!token) throw new Failure('link_missing')
    await checkLink(uses, token)
    return redirect(`/password_reset?token=${encodeURIComponent(token)}`)
  },
})
