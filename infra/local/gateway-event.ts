import { isUtf8 } from 'node:buffer'
import type { HttpEvent } from '../../lib/http/event.ts'
import type { RouteMatch } from '../routes.ts'
import { awsNames } from './aws-names.ts'
import type { ReceivedRequest } from './http-server.ts'

/** What the gateway itself knows about a request. */
export interface Arrival extends RouteMatch {
  readonly requestId: string
  readonly now: Date
}

// Every other media type arrives in base64, forms too.
const textMedia = /^(text\/|application\/(json|javascript|xml)\b|application\/[\w.-]+\+json\b)/i
// Between two machines only, so that no function sees them.
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'te',
  'cookie',
])

/** Header names in lower case; values of one name joined with commas. */
export function headersOf({ rawHeaders }: ReceivedRequest): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null)
  rawHeaders.forEach((name, index) => {
    if (index % 2 === 1) return
    const key = name.toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    headers[key] = key in headers ? `${headers[key]},${value}` : value
  })
  return headers
}

/** The event of payload format 2.0. */
export function toEvent(request: ReceivedRequest, arrival: Arrival): HttpEvent {
  const { url } = request
  const received = headersOf(request)
  const [rawPath = '/'] = url.split('?')
  const rawQueryString = url.slice(rawPath.length + 1)
  const headers = Object.entries(received).filter(([name]) => !hopByHop.has(name))
  const query = queryOf(rawQueryString)
  const cookies = received['cookie']?.split(/;\s*/).filter((cookie) => cookie !== '')
  return {
    version: '2.0',
    routeKey: arrival.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies?.length ? { cookies } : {}),
    headers: Object.fromEntries(headers),
    ...(query ? { queryStringParameters: query } : {}),
    ...(Object.keys(arrival.pathParameters).length > 0
      ? { pathParameters: { ...arrival.pathParameters } }
      : {}),
    requestContext: contextOf(request, received, arrival),
    ...bodyOf(request, received),
  }
}

function queryOf(rawQuery: string): Record<string, string> | undefined {
  const query: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const earlier = Object.hasOwn(query, name) ? `${query[name]},` : ''
    Object.defineProperty(query, name, {
      value: earlier + value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return Object.keys(query).length > 0 ? query : undefined
}

function contextOf(
  request: ReceivedRequest,
  headers: Readonly<Record<string, string>>,
  { routeKey, requestId, now }: Arrival,
): HttpEvent['requestContext'] {
  const domainName = headers['host'] ?? '127.0.0.1'
  return {
    accountId: awsNames.accountId,
    apiId: 'local',
    domainName,
    domainPrefix: 'local',
    http: {
      method: request.method,
      path: request.url.split('?')[0] ?? '/',
      protocol: request.protocol,
      sourceIp: sourceOf(request, headers),
      userAgent: headers['user-agent'] ?? '',
    },
    requestId,
    routeKey,
    stage: '$default',
    time: clfTime(now),
    timeEpoch: now.getTime(),
  }
}

// A script plays many clients this way. On AWS the address is that of the connection, whatever the header says.
function sourceOf(request: ReceivedRequest, headers: Readonly<Record<string, string>>): string {
  return headers['x-forwarded-for']?.split(',').at(-1)?.trim() || request.socketAddress
}

function bodyOf({ body }: ReceivedRequest, headers: Readonly<Record<string, string>>) {
  if (body.length === 0) return { isBase64Encoded: false }
  const isText = textMedia.test(headers['content-type'] ?? '') && !headers['content-encoding']
  // A string of JSON cannot carry other bytes unchanged.
  if (isText && isUtf8(body)) return { body: body.toString('utf8'), isBase64Encoded: false }
  return { body: body.toString('base64'), isBase64Encoded: true }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Such as `21/Nov/2026:05:02:00 +0000`. */
function clfTime(at: Date): string {
  const [date = '', time = ''] = at.toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}
