import type { HttpEvent } from '../../lib/http/event.ts'

/** A request as the gateway of AWS hands it over, for tests that call a handler itself. */
export interface EventWish {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly base64?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** The address of the connection, which no header changes. */
  readonly sourceIp?: string
}

/** The event of a request (payload format 2.0). */
export function newEvent(wish: EventWish): HttpEvent {
  const { method, path, body, headers, sourceIp = '192.0.2.1' } = wish
  const [rawPath = '/', rawQueryString = ''] = path.split('?')
  return {
    version: '2.0',
    routeKey: `${method} ${rawPath}`,
    rawPath,
    rawQueryString,
    headers: { 'content-type': 'application/json', ...headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'gatehouse.example',
      domainPrefix: 'gatehouse',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp, userAgent: 'test' },
      requestId: 'request-1',
      routeKey: `${method} ${rawPath}`,
      stage: '$default',
      time: '21/Nov/2026:05:02:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 21, 5, 2),
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: wish.base64 === true,
  }
}
