import type { Database, Log, Lookup, Sealer } from '../ports.ts'
import { openPersonal, sealPersonal } from './personal.ts'
import { sweepLimit } from './policy.ts'

/** What sealing anew needs. */
export interface ResealUses {
  readonly database: Database
  readonly sealer: Sealer
  readonly lookup: Lookup
  readonly log: Log
}

/**
 * Seals with the current key what an older one has sealed, so that the older one can go. What cannot be opened is left
 * as it is: its key may come back.
 */
export async function resealRegistrations(uses: ResealUses): Promise<void> {
  const keyId = await uses.sealer.currentKeyId()
  const old = await uses.database.registrationLists.sealedByOthers(keyId, sweepLimit)
  const isKeyMoved = await uses.lookup.reseal().catch(() => undefined)
  if (isKeyMoved) uses.log.info('lookup_key_resealed')
  let failures = isKeyMoved === undefined ? 1 : 0
  for (const { rid } of old) {
    const isDone = await resealOne(uses, rid).catch(() => false)
    if (!isDone) failures += 1
  }
  if (failures > 0) uses.log.error('reseal_failed', { reason: `${failures} of ${old.length + 1}` })
}

async function resealOne({ database, sealer }: ResealUses, rid: string): Promise<boolean> {
  return database.transaction(async (records) => {
    const registration = await records.registrations.find(rid)
    if (registration === undefined) return true
    const plain = await openPersonal(sealer, registration)
    const sealed = await sealPersonal(sealer, rid, plain)
    await records.registrations.replace({ ...registration, sealed })
    return true
  })
}
