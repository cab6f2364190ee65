import type { HttpEvent } from './event.ts'

/** True when the client is a browser that shows what it gets: a page serves it better than JSON. */
export function isPageWanted(event: HttpEvent): boolean {
  return /\btext\/html\b/.test((event.headers['accept'] ?? '').slice(0, 1024))
}
