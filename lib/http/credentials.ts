import type { HttpEvent } from './event.ts'

/** User and password of a Basic credential (RFC 7617), as they came. */
export interface BasicCredential {
  readonly user: string
  readonly password: string
}

/** The bearer credential of a request (RFC 6750, 2.1), if it has one. */
export function bearerOf(event: HttpEvent): string | undefined {
  const match = /^Bearer +([^\s,]{1,4096})$/i.exec(event.headers['authorization'] ?? '')
  return match?.[1]
}

/** The Basic credential of a request, if it has one that can be read. */
export function basicOf(event: HttpEvent): BasicCredential | undefined {
  const match = /^Basic +([\w+/=-]{1,1024})$/i.exec(event.headers['authorization'] ?? '')
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  // A password may have colons, a user may not (RFC 7617, 2).
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
