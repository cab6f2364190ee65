import type { Functions } from '../../infra/definitions.ts'
import type { Uses } from '../../lib/adapters/adapter.ts'
import type { Method } from '../../lib/http/definition.ts'

/** A function table with one GET or other route per line: `'GET /health'` by function name. */
export function fakeFunctions(
  routes: Readonly<Record<string, string>>,
  uses: Uses = {},
): Functions {
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [name, fakeEndpoint(route, uses)]),
  )
}

/** A family as large as the largest planned one. */
export function generatedFamily(family: string, endpoints: number, uses: Uses = {}): Functions {
  const names = Array.from({ length: endpoints }, (_, index) => `${family}-endpoint-${index}`)
  return fakeFunctions(
    Object.fromEntries(names.map((name, index) => [name, `GET /${family}/part-${index}/{id}`])),
    uses,
  )
}

function fakeEndpoint(route: string, uses: Uses): Functions[string] {
  const [method, path] = route.split(' ')
  return {
    definition: {
      method: toMethod(method),
      path: path ?? '/',
      summary: `Answers ${route}`,
      auth: 'anyone',
      status: 200,
      failures: [],
      dialect: 'community',
      uses,
      handler: () => ({ kind: 'reply', status: 200, headers: {}, body: '' }),
    },
  }
}

function toMethod(text: string | undefined): Method {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
  return methods.find((method) => method === text) ?? 'GET'
}
