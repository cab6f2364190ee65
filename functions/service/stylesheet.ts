import { endpoint } from '../../lib/http/endpoint.ts'
import { file } from '../../lib/http/reply.ts'
import { stylesheet } from '../../lib/pages/stylesheet.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/style.css',
  summary: 'The stylesheet of every page',
  auth: 'anyone',
  status: 200,
  media: 'text/css',
  failures: [],
  dialect: 'community',
  uses: {},
  handler: () => file('text/css; charset=utf-8', stylesheet),
})
