import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { SealedValue } from '../ports.ts'

const algorithm = 'aes-256-gcm'
const tagBytes = 16

/** Length of the random nonce in bytes (NIST SP 800-38D, 8.2.2). */
export const nonceBytes = 12

/** A key of 32 bytes with its id. */
export interface SealingKey {
  readonly id: string
  readonly bytes: Uint8Array
}

/** Seals text by AES-256-GCM, readable only with the key and for what it is bound to (T03). */
export function seal(
  plain: string,
  boundTo: string,
  { key, nonce }: { readonly key: SealingKey; readonly nonce: Uint8Array },
): SealedValue {
  const cipher = createCipheriv(algorithm, keyObjectOf(key), nonce, { authTagLength: tagBytes })
  cipher.setAAD(associatedData(key.id, boundTo))
  const ciphertext = [cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return {
    keyId: key.id,
    nonce: Buffer.from(nonce).toString('base64url'),
    ciphertext: Buffer.concat(ciphertext).toString('base64url'),
  }
}

/** The text of a sealed value; throws when it was changed, or is bound to something else, or sealed by another key. */
export function unseal(sealed: SealedValue, boundTo: string, key: SealingKey): string {
  const nonce = Buffer.from(sealed.nonce, 'base64url')
  const bytes = Buffer.from(sealed.ciphertext, 'base64url')
  try {
    const decipher = createDecipheriv(algorithm, keyObjectOf(key), nonce, {
      authTagLength: tagBytes,
    })
    decipher.setAAD(associatedData(sealed.keyId, boundTo))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const plain = [decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]
    return Buffer.concat(plain).toString('utf8')
  } catch {
    throw new Error('A sealed value was changed, or belongs to something else')
  }
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>()

// Node makes one of every key that comes as bytes, which takes longer than sealing. Kept as long as the ring is.
function keyObjectOf({ bytes }: SealingKey): KeyObject {
  const made = keyObjects.get(bytes) ?? createSecretKey(bytes)
  keyObjects.set(bytes, made)
  return made
}

function associatedData(keyId: string, boundTo: string): Buffer {
  return Buffer.from(JSON.stringify(['gatehouse-sealed', 1, keyId, boundTo]), 'utf8')
}
