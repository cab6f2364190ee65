import { buildAssets } from '../../lib/adapters/assets.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { page } from '../../lib/http/reply.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/docs',
  summary: 'This description, for people',
  auth: 'anyone',
  status: 200,
  media: 'text/html',
  failures: [],
  dialect: 'community',
  assets: ['docs.html'],
  uses: { assets: buildAssets },
  handler: async ({ uses: { assets } }) => page(await assets.text('docs.html')),
})
