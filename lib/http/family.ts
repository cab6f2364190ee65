const named = ['domains', 'registrations', 'user', 'auth', 'admin']
const ofService = ['', 'health', 'openapi.json', 'docs', 'style.css', '{rest+}']

/** The family of a route by its path (contracts/README.md), as the log and its queries name it. */
export function familyOfPath(path: string): string {
  const first = path.replace(/^\/([^/]*).*$/, '$1')
  if (named.includes(first)) return first
  return ofService.includes(first) ? 'service' : 'community'
}
