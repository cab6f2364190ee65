import { compareBySpecificity, matchPattern, respell } from './route-pattern.ts'

/** One endpoint as the fallback knows it; the table is made at build time. */
export interface RouteFact {
  readonly method: string
  readonly path: string
  readonly status: number
  /** Media type of its answer; absent where it has no body. */
  readonly media?: string | undefined
}

/** How a request is answered that no route matched. */
export type FallbackAnswer =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'head'; readonly status: number; readonly media: string | undefined }
  | { readonly kind: 'redirect'; readonly location: string }

/** A request that no route matched, as payload 2.0 tells it. */
export interface UnroutedRequest {
  readonly method: string
  readonly rawPath: string
  readonly rawQuery: string
}

/** Decides about a request that no route matched: HEAD, 405 with `Allow`, 308 to the right spelling, else 404. */
export function fallback(table: readonly RouteFact[], request: UnroutedRequest): FallbackAnswer {
  const path = withoutSlashAtEnd(request.rawPath)
  const here = factsAt(table, path)
  if (here.length > 0) return answerAt(here, path, request)
  const spelling = spellingWithRoute(table, request.rawPath)
  if (spelling === undefined) return { kind: 'not_found' }
  return { kind: 'redirect', location: toLocation(spelling, request.rawQuery) }
}

/** Methods that a path answers to, for `Allow` (RFC 9110, 15.5.6): HEAD goes with GET. */
function allowedAt(facts: readonly RouteFact[]): readonly string[] {
  const methods = new Set(facts.map(({ method }) => method))
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods].sort()
}

function answerAt(
  facts: readonly RouteFact[],
  path: string,
  { method, rawPath, rawQuery }: UnroutedRequest,
): FallbackAnswer {
  const get = facts.find((fact) => fact.method === 'GET')
  if (method === 'HEAD' && get) return { kind: 'head', status: get.status, media: get.media }
  if (!facts.some((fact) => fact.method === method)) {
    return { kind: 'method_not_allowed', allow: allowedAt(facts) }
  }
  // The gateway missed a spelling that has a route; only the one with a slash at the end can be meant.
  if (path === rawPath) return { kind: 'not_found' }
  return { kind: 'redirect', location: toLocation(path, rawQuery) }
}

function factsAt(table: readonly RouteFact[], path: string): readonly RouteFact[] {
  return table
    .filter((fact) => matchPattern(fact.path, path) !== undefined)
    .sort((left, right) => compareBySpecificity(left.path, right.path))
}

/** Folds doubled slashes and corrects the letter case of static parts; undefined when that leads nowhere. */
function spellingWithRoute(table: readonly RouteFact[], rawPath: string): string | undefined {
  const folded = withoutSlashAtEnd(`/${rawPath}`.replace(/\/+/g, '/'))
  const [best] = table
    .filter((fact) => respell(fact.path, folded) !== undefined)
    .sort((left, right) => compareBySpecificity(left.path, right.path))
  return best && respell(best.path, folded)
}

const unsafeInPath = /%(?![0-9a-fA-F]{2})|[^\w\-.~!$&'()*+,;=:@%/]/gu
const unsafeInQuery = /[^\x21-\x7e]|[#"<>\\]/gu

function withoutSlashAtEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/**
 * A path of our own: one slash, then something that no client reads as a host (T15: `//host`, `/\host`).
 * HTTP APIs hand paths over decoded, so whatever cannot stand in a path is encoded again.
 */
function toLocation(path: string, rawQuery: string): string {
  const safePath = path.replace(/^\/+/, '').replace(unsafeInPath, encode)
  const safeQuery = rawQuery.replace(unsafeInQuery, encode)
  return safeQuery === '' ? `/${safePath}` : `/${safePath}?${safeQuery}`
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
