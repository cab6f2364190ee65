import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'

/** Keys of 256 bits by their ids, and the one that new things are made with. */
export interface KeyRing {
  readonly current: { readonly id: string; readonly bytes: Uint8Array }
  readonly keys: ReadonlyMap<string, Uint8Array>
}

// 32 bytes in base64url: 43 characters, the last of which carries four bits only.
const keyText = () => z.string().regex(/^[\w-]{42}[AEIMQUYcgkosw048]$/)

const ringSchema = once(() =>
  z.strictObject({
    current: z.string(),
    keys: z.record(z.string().regex(/^[A-Za-z0-9-]{1,32}$/), keyText()),
  }),
)

/** A key ring from its JSON text `{"current": id, "keys": {id: base64url}}`; errors name the ring, never its content. */
export function parseKeyRing(name: string, text: string): KeyRing {
  const { current, keys } = readRing(name, text)
  const decoded = Object.entries(keys).map(
    ([id, key]) => [id, new Uint8Array(Buffer.from(key, 'base64url'))] as const,
  )
  const ring = new Map(decoded)
  const bytes = ring.get(current)
  if (!bytes) throw new Error(`The key ring "${name}" has no key with the id of its current one`)
  return { current: { id: current, bytes }, keys: ring }
}

function readRing(name: string, text: string): ReadBy<typeof ringSchema> {
  try {
    return ringSchema().parse(JSON.parse(text))
  } catch {
    // Without the cause: it could quote the text.
    throw new Error(`The key ring "${name}" is not written as a key ring`)
  }
}
