import { buildAssets } from '../../lib/adapters/assets.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { file } from '../../lib/http/reply.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/registrations/status.js',
  summary: "The script of the asker's page",
  auth: 'anyone',
  status: 200,
  media: 'text/javascript',
  failures: [],
  dialect: 'registrations',
  assets: ['registration-status.js'],
  uses: { assets: buildAssets },
  handler: async ({ uses: { assets } }) =>
    file('text/javascript; charset=utf-8', await assets.text('registration-status.js')),
})
