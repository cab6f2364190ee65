import { type AdmitUses, admit, type Credential } from './admit.ts'
import type { AskerRecord, StaffRecord } from './answers.ts'
import { viewFor } from './view.ts'

/** A registration for whoever brings a credential that opens it. Throws like `admit`. */
export async function readRegistration(
  uses: AdmitUses,
  rid: string,
  credential: Credential,
): Promise<AskerRecord | StaffRecord> {
  return viewFor(uses, await admit(uses, rid, credential))
}
