import { buildAssets } from '../../lib/adapters/assets.ts'
import { siteSettings } from '../../lib/adapters/settings.ts'
import { answerFallback } from '../../lib/http/answer-fallback.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { page } from '../../lib/http/reply.ts'
import { notFoundPage } from '../../lib/pages/problem.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/{rest+}',
  summary: 'Everything that no route matches',
  auth: 'anyone',
  status: 200,
  failures: ['method_not_allowed'],
  dialect: 'community',
  assets: ['routes.json'],
  problemPage: (_failure, style) => page(notFoundPage(style)),
  uses: { assets: buildAssets, site: siteSettings },
  handler: async ({ request, uses: { assets } }) =>
    answerFallback(await assets.text('routes.json'), request),
})
