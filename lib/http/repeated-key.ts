// In valid JSON a colon outside of a text stands behind a key and nowhere else.
const token = /"(?:[^"\\]|\\.)*"|[{}:]/g

/** Whether an object anywhere in a valid JSON text names a key twice: parsers differ in which one they take (T07). */
export function hasRepeatedKey(json: string): boolean {
  const open: Array<Set<unknown>> = []
  let last = ''
  for (const [text] of json.matchAll(token)) {
    if (text === '{') open.push(new Set())
    else if (text === '}') open.pop()
    else if (text === ':' && !isNew(open.at(-1), last)) return true
    last = text
  }
  return false
}

// Compared as parsed: `a` may also be written `\u0061`.
function isNew(keys: Set<unknown> | undefined, text: string): boolean {
  const key: unknown = JSON.parse(text)
  const isKnown = keys?.has(key) === true
  keys?.add(key)
  return !isKnown
}
