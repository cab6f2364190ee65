import { compareBySpecificity, isGreedy, matchPattern } from '../lib/http/route-pattern.ts'
import { endpointsOf, type Functions, fallbackName } from './definitions.ts'

/** One route of the HTTP API: `GET /tasks/{id}`, `GET /tasks/{id}/{slash+}` or `$default`. */
export interface Route {
  readonly key: string
  readonly functionName: string
}

/** What the gateway tells a function about the route that a request took. */
export interface RouteMatch {
  readonly routeKey: string
  readonly functionName: string
  readonly pathParameters: Readonly<Record<string, string>>
}

/** Every route of the API; the template and the local server are both made of this table. */
export function routeTable(functions: Functions): readonly Route[] {
  const routes = endpointsOf(functions).flatMap(({ name, definition: { method, path } }) =>
    spellingsOf(path).map((spelling) => ({ key: `${method} ${spelling}`, functionName: name })),
  )
  return fallbackName in functions
    ? [...routes, { key: '$default', functionName: fallbackName }]
    : routes
}

/**
 * The route that an HTTP API takes: a full match, then a greedy one, then `$default`; static before variable.
 * `rawPath` is the path as the client sent it, still percent-encoded and without the query.
 */
export function matchRoute(
  table: readonly Route[],
  method: string,
  rawPath: string,
): RouteMatch | undefined {
  const [best] = table
    .flatMap((route) => matchKey(route, method, rawPath))
    .sort((left, right) => compareMatches(left, right))
  if (best !== undefined) return best
  const fallback = table.find(({ key }) => key === '$default')
  return (
    fallback && { routeKey: '$default', functionName: fallback.functionName, pathParameters: {} }
  )
}

/**
 * HTTP APIs take no key that ends in a slash, so the second spelling is a greedy variable.
 * ASSUMPTION, to be tried on a real gateway: `/x/{slash+}` also takes `/x/`, with an empty rest. Should it not,
 * such a request reaches `$default`, which sends it to `/x` (lib/http/fallback.ts).
 */
function spellingsOf(path: string): readonly string[] {
  return path === '/' ? ['/'] : [path, `${path}/{slash+}`]
}

function matchKey(route: Route, method: string, rawPath: string): readonly RouteMatch[] {
  const [routeMethod, pattern] = route.key.split(' ')
  if (routeMethod !== method || pattern === undefined) return []
  const values = matchPattern(pattern, rawPath)
  if (values === undefined) return []
  const pathParameters = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, decode(value)]),
  )
  return [{ routeKey: route.key, functionName: route.functionName, pathParameters }]
}

function compareMatches(left: RouteMatch, right: RouteMatch): number {
  const byGreed = Number(isGreedy(left.routeKey)) - Number(isGreedy(right.routeKey))
  return byGreed === 0 ? compareBySpecificity(patternOf(left), patternOf(right)) : byGreed
}

function patternOf({ routeKey }: RouteMatch): string {
  return routeKey.slice(routeKey.indexOf(' ') + 1)
}

/** A path variable reaches the function decoded; text that is no valid encoding stays as it came. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
