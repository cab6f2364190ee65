import { createHmac, randomBytes } from 'node:crypto'
import { Failure } from '../../failure.ts'
import type { ReadBy } from '../../late.ts'
import type { Lookup, Sealer } from '../../ports.ts'
import { adapter } from '../adapter.ts'
import { ringSealer } from '../keys.ts'
import { connect, databaseSettings } from './client.ts'
import { type Collections, collectionsOf, type LookupKeyDocument } from './collections.ts'
import { upserted, upsertingAgain } from './upserted.ts'

const boundTo = 'lookup-key'

/**
 * Keyed hashes by HMAC-SHA-256. Their key lies in the database, sealed: so rotating the sealing keys changes no hash,
 * and the database alone tells nothing. Throws `unavailable` when the key cannot be opened.
 */
export const mongoLookup = adapter<Lookup, ReadBy<typeof databaseSettings>>({
  settings: databaseSettings,
  secrets: ['mongodb-uri', 'sealing-keys'],
  grants: [],
  open: async (opening) => {
    const { db, isOutdated } = await connect(opening)
    const ground = { sealer: await ringSealer.open(opening), keys: collectionsOf(db).lookupKeys }
    let key: Promise<Buffer> | undefined
    return {
      keyOf: async (kind, value) => {
        key ??= readKey(ground)
        const bytes = await key.catch((cause: unknown) => {
          key = undefined
          throw new Failure('unavailable', { cause })
        })
        return createHmac('sha256', bytes).update(`${kind}:${value}`).digest('base64url')
      },
      reseal: () => resealKey(ground),
      isOutdated,
    }
  },
})

interface Ground {
  readonly sealer: Sealer
  readonly keys: Collections['lookupKeys']
}

async function readKey(ground: Ground): Promise<Buffer> {
  const found = (await ground.keys.findOne({ _id: 'lookup' })) ?? (await makeKey(ground))
  return Buffer.from(await ground.sealer.open(found.sealed, boundTo), 'base64url')
}

// Of two processes that make the first one at once, the second takes that of the first.
async function makeKey({ sealer, keys }: Ground): Promise<LookupKeyDocument> {
  const sealed = await sealer.seal(randomBytes(32).toString('base64url'), boundTo)
  const unlessThere = { $setOnInsert: { sealed } }
  await upsertingAgain(() => keys.updateOne({ _id: 'lookup' }, unlessThere, { upsert: true }))
  return upserted(await keys.findOne({ _id: 'lookup' }))
}

async function resealKey({ sealer, keys }: Ground): Promise<boolean> {
  const found = await keys.findOne({ _id: 'lookup' })
  const keyId = await sealer.currentKeyId()
  if (found === null || found.sealed.keyId === keyId) return false
  const sealed = await sealer.seal(await sealer.open(found.sealed, boundTo), boundTo)
  const unchanged = { _id: 'lookup' as const, 'sealed.keyId': found.sealed.keyId }
  return (await keys.updateOne(unchanged, { $set: { sealed } })).modifiedCount === 1
}
