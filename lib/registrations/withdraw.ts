import { Failure } from '../failure.ts'
import { type AdmitUses, admit, type Credential } from './admit.ts'
import { admitAgain } from './admit-again.ts'
import { dissolve } from './dissolve.ts'
import type { Registration } from './registration.ts'

/**
 * Takes a registration back, with everything personal in it. Throws like `admit`, `forbidden` for anybody but the asker,
 * and `registration_underway` once an account is being made or is there.
 */
export async function withdrawRegistration(
  uses: AdmitUses,
  rid: string,
  credential: Credential,
): Promise<void> {
  const admitted = await admit(uses, rid, credential)
  if (admitted.registrant.role !== 'asker') throw new Failure('forbidden')
  await uses.database.transaction(async (records) => {
    const { registration } = await admitAgain(uses, records, admitted)
    if (hasAccount(registration)) throw new Failure('registration_underway')
    await dissolve(uses, records, { registration, status: 'withdrawn' })
  })
}

// Half of one counts: it cannot be taken back by withdrawing.
function hasAccount({ begunAt, endedAt, matrixStatus, accountStatus }: Registration): boolean {
  if (begunAt === null) return false
  return endedAt === null || matrixStatus === 'success' || accountStatus === 'success'
}
