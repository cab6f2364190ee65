import { randomBytes } from 'node:crypto'
import { type KeyRing, parseKeyRing } from '../lib/crypto/key-ring.ts'
import { keyRings } from './secret-forms.ts'
import type { SecretStore, StoredSecret } from './secret-store.ts'

/**
 * Seconds from the last change of a ring until its old keys are used by nobody. A function that cannot reach the
 * parameter store goes on with what it has for an hour (lib/adapters/secrets.ts), and the last token that it
 * signed lives for 15 minutes (lib/sessions/policy.ts); the rest is for clocks.
 */
const oldKeysLiveSeconds = 2 * 60 * 60

/** What became of each ring, as sentences. */
export interface RotationReport {
  readonly done: readonly string[]
  readonly refused: readonly string[]
}

/** Adds a key to each ring, which is the current one from now on; makes a ring where there is none. */
export async function rotateKeys(store: SecretStore, now: Date): Promise<RotationReport> {
  const stored = await store.read(keyRings)
  const done: string[] = []
  for (const name of keyRings) {
    const text = withNewKey(ringOf(stored, name))
    await store.put(name, text)
    done.push(wordRotation(name, parseKeyRing(name, text), now))
  }
  return { done, refused: [] }
}

/**
 * Takes every key but the current one from each ring. Refuses while tokens or sealed values may still need them;
 * `countSealed` tells how many sealed values there are by the id of their key.
 */
export async function dropKeys(
  store: SecretStore,
  now: Date,
  countSealed: CountSealed,
): Promise<RotationReport> {
  const stored = await store.read([...keyRings, 'mongodb-uri'])
  const done: string[] = []
  const refused: string[] = []
  for (const name of keyRings) {
    const ring = ringOf(stored, name)
    if (ring === undefined || oldIds(ring).length === 0) {
      done.push(`${name}: there is no old key.`)
      continue
    }
    const early = tooEarly(stored.get(name), now)
    const problem = early ?? (await stillSealed(stored, { name, ring, countSealed }))
    if (problem !== undefined) refused.push(`${name}: ${problem}`)
    else done.push(await dropOld(store, name, ring))
  }
  return { done, refused }
}

type CountSealed = (databaseUri: string) => Promise<ReadonlyMap<string, number>>

async function dropOld(store: SecretStore, name: string, ring: KeyRing): Promise<string> {
  const { current } = ring
  await store.put(name, toText(current.id, new Map([[current.id, current.bytes]])))
  return `${name}: ${oldIds(ring).join(', ')} is gone, ${current.id} is left.`
}

function wordRotation(name: string, ring: KeyRing, now: Date): string {
  const old = oldIds(ring)
  const current = `${name}: ${ring.current.id} is the current key.`
  return old.length === 0
    ? current
    : `${current} ${old.join(', ')} can go from ${minuteOf(goodFrom(now))} on: npm run keys -- drop`
}

function tooEarly(secret: StoredSecret | undefined, now: Date): string | undefined {
  const from = goodFrom(secret?.changedAt ?? new Date(0))
  return now >= from ? undefined : `old keys may still be in use until ${minuteOf(from)}.`
}

/** A sealed value whose key is gone is lost for ever. */
async function stillSealed(
  stored: ReadonlyMap<string, StoredSecret>,
  {
    name,
    ring,
    countSealed,
  }: { readonly name: string; readonly ring: KeyRing; readonly countSealed: CountSealed },
): Promise<string | undefined> {
  if (name !== 'sealing-keys') return undefined
  const uri = stored.get('mongodb-uri')?.value
  if (uri === undefined) return 'without the secret mongodb-uri nobody knows what they sealed.'
  // Without the cause, which may quote the address.
  const counts = await countSealed(uri).catch(() => undefined)
  if (counts === undefined) return 'the database does not answer, so nobody knows what they sealed.'
  const left = oldIds(ring)
    .filter((id) => counts.has(id))
    .map((id) => `${counts.get(id)} by ${id}`)
  return left.length === 0 ? undefined : `there are values that they sealed: ${left.join(', ')}.`
}

function withNewKey(ring: KeyRing | undefined): string {
  const id = nextId(ring)
  return toText(id, new Map([...(ring?.keys ?? []), [id, randomBytes(32)]]))
}

// The current key has the highest number, so that an id is never given twice, also after old ones were dropped.
function nextId(ring: KeyRing | undefined): string {
  const ids = [...(ring?.keys.keys() ?? [])]
  const numbers = ids.map((id) => Number(/^k(\d{1,9})$/.exec(id)?.[1] ?? 0))
  return `k${Math.max(0, ...numbers) + 1}`
}

function oldIds({ current, keys }: KeyRing): readonly string[] {
  return [...keys.keys()].filter((id) => id !== current.id)
}

function ringOf(stored: ReadonlyMap<string, StoredSecret>, name: string): KeyRing | undefined {
  const text = stored.get(name)?.value
  return text === undefined ? undefined : parseKeyRing(name, text)
}

function toText(current: string, keys: ReadonlyMap<string, Uint8Array>): string {
  const texts = [...keys].map(([id, bytes]) => [id, Buffer.from(bytes).toString('base64url')])
  return JSON.stringify({ current, keys: Object.fromEntries(texts) })
}

function goodFrom(changedAt: Date): Date {
  return new Date(changedAt.getTime() + oldKeysLiveSeconds * 1000)
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
