import { buildAssets } from '../../lib/adapters/assets.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { file } from '../../lib/http/reply.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/openapi.json',
  summary: 'This description, for programs',
  auth: 'anyone',
  status: 200,
  media: 'application/json',
  failures: [],
  dialect: 'community',
  assets: ['openapi.json'],
  uses: { assets: buildAssets },
  handler: async ({ uses: { assets } }) =>
    file('application/json; charset=utf-8', await assets.text('openapi.json')),
})
