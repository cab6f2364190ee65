import type { Credentials } from '../../lib/pages/registration-view.ts'
import type { Browser } from './browser.ts'

/** Where the key of a page comes from: its address, this tab, or nowhere. */
export type FoundKey = Credentials | 'cut' | undefined

/**
 * Takes the key out of the address, so that neither history nor a look over a shoulder shows it. This tab keeps it
 * until it is closed: whoever reloads the page, or comes back to it, is still there.
 */
export function takeKey({ location, history, sessionStorage }: Browser): FoundKey {
  const { hash, pathname } = location
  if (hash.length > 1) {
    history.replaceState(null, '', pathname)
    const key = toKey(hash.slice(1))
    if (key === undefined) return 'cut'
    sessionStorage.setItem(pathname, hash.slice(1))
    return key
  }
  return toKey(sessionStorage.getItem(pathname) ?? '')
}

/** Keeps a key that was typed. */
export function keepKey({ location, sessionStorage }: Browser, { rid, token }: Credentials): void {
  sessionStorage.setItem(location.pathname, `${rid}.${token}`)
}

/** Forgets the key: it opens nothing any more. */
export function forgetKey({ location, sessionStorage }: Browser): void {
  sessionStorage.removeItem(location.pathname)
}

/** A key from its written form, undefined for anything else. */
export function toKey(text: string): Credentials | undefined {
  const [, rid, token] = /^([\w-]{10,64})\.([\w-]{20,128})$/.exec(text) ?? []
  return rid && token ? { rid, token } : undefined
}
