/** An answer that is not plain JSON: a page, a redirect, a file. */
export interface Reply {
  readonly kind: 'reply'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Files of our own, never a line inside the page; what the script asks is this origin (T19).
const scriptPolicy = `${pagePolicy}; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'`

/** A page for a browser: no script, nothing from elsewhere, no referrer (contracts/README.md). */
export function page(body: string, status = 200): Reply {
  return {
    kind: 'reply',
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    },
    body,
  }
}

/** A page with a script of its own, which is a file (contracts/README.md). */
export function scriptedPage(body: string, status = 200): Reply {
  const plain = page(body, status)
  return { ...plain, headers: { ...plain.headers, 'content-security-policy': scriptPolicy } }
}

/** 302 to a path of our own. */
export function redirect(path: string): Reply {
  return {
    kind: 'reply',
    status: 302,
    headers: { location: path, 'referrer-policy': 'no-referrer' },
    body: '',
  }
}

/** A file of the build, such as the stylesheet. */
export function file(media: string, body: string): Reply {
  return { kind: 'reply', status: 200, headers: { 'content-type': media }, body }
}

/** 204: done, and there is nothing to tell. */
export function noContent(): Reply {
  return { kind: 'reply', status: 204, headers: {}, body: '' }
}
