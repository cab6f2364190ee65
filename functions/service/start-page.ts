import { siteSettings } from '../../lib/adapters/settings.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { page } from '../../lib/http/reply.ts'
import { startPage } from '../../lib/pages/start.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/',
  summary: 'The start page',
  auth: 'anyone',
  status: 200,
  media: 'text/html',
  failures: [],
  dialect: 'community',
  uses: { site: siteSettings },
  handler: ({ language, uses: { site } }) =>
    page(
      startPage({
        language: language ?? site.defaultLanguage,
        communityName: site.communityName,
      }),
    ),
})
