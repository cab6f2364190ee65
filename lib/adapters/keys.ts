import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { keyIdOf, readAccessToken, signAccessToken } from '../crypto/access-token.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import { parseKeyRing } from '../crypto/key-ring.ts'
import { nonceBytes, seal, unseal } from '../crypto/seal.ts'
import type { ReadBy } from '../late.ts'
import type { Sealer, Signer } from '../ports.ts'
import type { Opening } from './adapter.ts'
import { adapter } from './adapter.ts'
import { readAgain } from './secrets.ts'
import { publicUrl } from './settings.ts'

/**
 * Seals with the current key of the ring `sealing-keys` and opens with any of it. One adapter for both: the keys
 * are symmetric, so a function that only seals could open as well whatever it was given; that would take key pairs.
 */
export const ringSealer = adapter<Sealer, object>({
  settings: () => z.object({}),
  secrets: ['sealing-keys'],
  grants: [],
  open: (opening) => ({
    async seal(plain, boundTo) {
      const { current: key } = await ringOf(opening, 'sealing-keys')
      return seal(plain, boundTo, { key, nonce: randomBytes(nonceBytes) })
    },
    currentKeyId: async () => (await ringOf(opening, 'sealing-keys')).current.id,
    async open(sealed, boundTo) {
      const ring = await ringWith(opening, {
        name: 'sealing-keys',
        keyId: sealed.keyId,
        maxAgeSeconds: 0,
      })
      const bytes = ring.keys.get(sealed.keyId)
      if (!bytes) throw new Error('The key of a sealed value is gone')
      return unseal(sealed, boundTo, { id: sealed.keyId, bytes })
    },
  }),
})

const signerSettings = () => z.object({ PUBLIC_URL: publicUrl() })

// Anybody can send a token with an unknown key id; so often may that make us ask the parameter store.
const maxAgeSecondsForStrangers = 10

/** Signs access tokens with the current key of the ring `signing-keys`; rejects only when the ring cannot be read. */
export const ringSigner = adapter<Signer, ReadBy<typeof signerSettings>>({
  settings: signerSettings,
  secrets: ['signing-keys'],
  grants: [],
  open: (opening) => {
    const issuer = opening.settings.PUBLIC_URL
    return {
      async sign(claims, now, lifeSeconds) {
        const ring = await ringOf(opening, 'signing-keys')
        return signAccessToken(claims, ring, { issuer, now, lifeSeconds })
      },
      async verify(token, now) {
        const keyId = keyIdOf(token)
        if (keyId === undefined) return undefined
        const maxAgeSeconds = maxAgeSecondsForStrangers
        const ring = await ringWith(opening, { name: 'signing-keys', keyId, maxAgeSeconds })
        return readAccessToken(token, ring, { issuer, now })
      },
    }
  },
})

type SecretOpening = Pick<Opening<unknown>, 'secret' | 'share'>

async function ringOf(opening: SecretOpening, name: string): Promise<KeyRing> {
  return readRing(opening, name, await opening.secret(name))
}

// Every request asks for a ring, and its text changes once in months.
function readRing({ share }: SecretOpening, name: string, text: string): KeyRing {
  const kept = share<{ read?: { text: string; ring: KeyRing } }>(`ring ${name}`, () => ({}))
  if (kept.read?.text !== text) kept.read = { text, ring: parseKeyRing(name, text) }
  return kept.read.ring
}

/** The ring; read again when it lacks the key, which another process may have begun to use since. */
async function ringWith(
  opening: SecretOpening,
  { name, keyId, maxAgeSeconds }: { name: string; keyId: string; maxAgeSeconds: number },
): Promise<KeyRing> {
  const ring = await ringOf(opening, name)
  if (ring.keys.has(keyId)) return ring
  return readRing(opening, name, await readAgain(opening, name, maxAgeSeconds))
}
