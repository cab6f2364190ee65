import type { Answer, ReceivedRequest } from './http-server.ts'

/** CORS as an HTTP API is configured with it; without settings no header is ever added. */
export interface CorsSettings {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposedHeaders?: readonly string[]
  readonly maxAgeSeconds?: number
}

type Headers = Readonly<Record<string, string>>

/** Whether the gateway answers the request itself. */
export function isPreflight({ method }: ReceivedRequest, headers: Headers): boolean {
  const asks = 'origin' in headers && 'access-control-request-method' in headers
  return method === 'OPTIONS' && asks
}

/** The gateway's own answer; a stranger's origin gets it without any permission in it. */
export function answerPreflight(cors: CorsSettings, headers: Headers): Answer {
  const permission = originHeaders(cors, headers)
  if (Object.keys(permission).length === 0) return { status: 204, headers: {}, body: '' }
  const { methods, headers: allowed, maxAgeSeconds } = cors
  const age = maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(maxAgeSeconds) }
  const details = {
    'access-control-allow-methods': methods.join(','),
    'access-control-allow-headers': allowed.join(','),
  }
  return { status: 204, headers: { ...permission, ...details, ...age }, body: '' }
}

/** Adds the gateway's permission to an answer and drops what the function said about it. */
export function allowOrigin(cors: CorsSettings, headers: Headers, answer: Answer): Answer {
  const kept = Object.entries(answer.headers).filter(
    ([name]) => !name.startsWith('access-control-'),
  )
  const permission = originHeaders(cors, headers)
  const exposed = cors.exposedHeaders ?? []
  const exposure =
    exposed.length > 0 && Object.keys(permission).length > 0
      ? { 'access-control-expose-headers': exposed.join(',') }
      : {}
  const headersKept: Answer['headers'] = Object.fromEntries(kept)
  const vary = [headersKept['vary'], permission['vary']].flat().filter((name) => name !== undefined)
  const varying = vary.length > 0 ? { vary: vary.join(', ') } : {}
  return { ...answer, headers: { ...headersKept, ...permission, ...exposure, ...varying } }
}

function originHeaders({ origins }: CorsSettings, headers: Headers): Headers {
  const origin = headers['origin']
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' }
  if (origin === undefined || !origins.includes(origin)) return {}
  return { 'access-control-allow-origin': origin, vary: 'Origin' }
}
