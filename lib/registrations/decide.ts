import { newToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Doorbell, Log, Random, Records, Site } from '../ports.ts'
import type { NewTask } from '../queue/queue.ts'
import { ringFor } from '../queue/ring.ts'
import { type Admitted, type AdmitUses, admit, type Credential, nameOfStaff } from './admit.ts'
import { admitAgain } from './admit-again.ts'
import type { AskerRecord, StaffRecord } from './answers.ts'
import { askerLetter, managerLetters, statusLink } from './letters.ts'
import { toMailedToken } from './mailed-token.ts'
import { freeAddress } from './outcomes.ts'
import { sealPersonal } from './personal.ts'
import { mostNotes } from './policy.ts'
import type { Personal, Registration } from './registration.ts'
import { viewFor } from './view.ts'

/** What deciding needs. */
export interface DecideUses extends AdmitUses {
  readonly random: Random
  readonly log: Log
  readonly doorbell: Doorbell
  readonly site: Site
}

/** A decision. With `silent` nobody but staff hears of it, and the note is for staff alone. */
export interface Decision {
  readonly status: 'approved' | 'rejected'
  readonly note: string | null
  readonly isSilent: boolean
}

/**
 * Decides about a registration, once: throws `registration_decided` with whom and when for everybody after the first.
 * Throws like `admit`, and `forbidden` for an asker.
 */
export async function decideRegistration(
  uses: DecideUses,
  rid: string,
  { decision, ...credential }: Credential & { readonly decision: Decision },
): Promise<AskerRecord | StaffRecord> {
  const admitted = await admit(uses, rid, credential)
  nameOfStaff(admitted.registrant)
  const { after, letters } = await uses.database.transaction((records) =>
    decide(uses, records, { admitted, decision }),
  )
  await ringFor(uses, letters)
  return viewFor(uses, after)
}

interface Deciding {
  readonly admitted: Admitted
  readonly decision: Decision
}

async function decide(uses: DecideUses, records: Records, { admitted, decision }: Deciding) {
  const before = await admitAgain(uses, records, admitted)
  refuseSecond(before)
  const token = newToken(uses.random)
  const by = nameOfStaff(before.registrant)
  const at = uses.clock.now()
  const personal = { ...before.personal, ...personalAfter(before, decision, { by, at }) }
  const registration = {
    ...before.registration,
    status: decision.status,
    decidedAt: at,
    modifiedAt: at,
    tokens: tokensAfter(before, decision, token),
    sealed: await sealPersonal(uses.sealer, before.registration.rid, personal),
  }
  await records.registrations.replace(registration)
  // A rejected person may ask again.
  if (decision.status === 'rejected') await freeAddress(records, registration)
  const after = { ...before, registration, personal }
  const letters = await lettersAbout(uses, after, { decision, token, by, at })
  for (const letter of letters) await records.tasks.insert(letter)
  return { after, letters }
}

function refuseSecond({ registration: { status, decidedAt }, personal }: Admitted): void {
  if (status === 'pending') return
  const at = decidedAt?.toISOString()
  const text = `This registration was ${status} already, by ${personal.decidedBy} at ${at}.`
  throw new Failure('registration_decided', { text })
}

interface Signature {
  readonly by: string
  readonly at: Date
}

function personalAfter(
  { personal }: Admitted,
  { note, isSilent }: Decision,
  { by, at }: Signature,
): Partial<Personal> {
  if (note === null || note === '') return { decidedBy: by }
  if (!isSilent) return { decidedBy: by, note }
  const own = { by, at: at.toISOString(), text: note }
  return { decidedBy: by, notes: [...personal.notes, own].slice(-mostNotes) }
}

function tokensAfter(
  { registration: { tokens }, personal }: Admitted,
  { status, isSilent }: Decision,
  token: string,
): Registration['tokens'] {
  if (isSilent || status !== 'approved' || personal.address === null) return tokens
  return [...tokens, toMailedToken(token)]
}

async function lettersAbout(
  uses: DecideUses,
  { registration, personal }: Admitted,
  about: Signature & { readonly decision: Decision; readonly token: string },
): Promise<readonly NewTask[]> {
  const { rid, createdAt, expiresAt } = registration
  const { managers, address, note } = personal
  const { decision, token, by: decidedBy, at: decidedAt } = about
  const made = { decision: decision.status, decidedBy, decidedAt, createdAt }
  const told = { template: 'registration_decided', ...made } as const
  const toManagers = await managerLetters(uses, rid, { managers, mail: told })
  if (decision.isSilent) return toManagers
  const link = statusLink(uses.site, rid, token)
  const mail =
    decision.status === 'approved'
      ? ({ template: 'registration_approved', link, expiresAt, note } as const)
      : ({ template: 'registration_rejected', expiresAt, note } as const)
  return [...toManagers, ...(await askerLetter(uses, registration, { address, mail }))]
}
