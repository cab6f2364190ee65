import { registeringSettings, siteSettings } from '../../lib/adapters/settings.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { scriptedPage } from '../../lib/http/reply.ts'
import { keyPage } from '../../lib/pages/registration-layout.ts'
import { placesOf } from '../../lib/pages/registration-places.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/registrations/status',
  summary: 'The page where an asker sees how far a registration is',
  description:
    'Alike for everybody: its script takes rid and token from the fragment of the mailed link.',
  auth: 'anyone',
  status: 200,
  media: 'text/html',
  failures: [],
  dialect: 'registrations',
  uses: { site: siteSettings, registering: registeringSettings },
  handler: ({ language, uses: { site, registering } }) =>
    scriptedPage(
      keyPage(
        'status',
        { language: language ?? site.defaultLanguage, communityName: site.communityName },
        placesOf(registering, site),
      ),
    ),
})
