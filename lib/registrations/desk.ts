import { newToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type { Records } from '../ports.ts'
import type { NewTask } from '../queue/queue.ts'
import { ringFor } from '../queue/ring.ts'
import { type Admitted, admit, type Credential, nameOfStaff } from './admit.ts'
import { admitAgain } from './admit-again.ts'
import type { AskerRecord, StaffRecord } from './answers.ts'
import { countShare } from './count-share.ts'
import type { DecideUses } from './decide.ts'
import { answerQuestion, confirmAddress } from './desk-of-asker.ts'
import { askerLetter, managerLetters, statusLink } from './letters.ts'
import { toMailedToken } from './mailed-token.ts'
import { sealPersonal } from './personal.ts'
import { mostNotes } from './policy.ts'
import type { Personal, Registration } from './registration.ts'
import { type RenewUses, renewPassword } from './renew-password.ts'
import { viewFor } from './view.ts'

/** What somebody does at the desk of a registration. */
export type DeskAction =
  | { readonly action: 'claim' | 'release' | 'undo' | 'confirm' | 'new_password' }
  | { readonly action: 'note' | 'ask' | 'answer'; readonly text: string }

/** What an action leaves: changed fields, and tasks that follow. */
export interface Change {
  readonly registration?: Partial<Registration>
  readonly personal?: Partial<Personal>
  readonly tasks?: readonly NewTask[]
}

/**
 * Does one thing that staff, or whoever asked, can do besides deciding. Throws like `admit`, `forbidden` for what the
 * other side does, and the failures of the action.
 */
export async function workAtDesk(
  uses: RenewUses,
  rid: string,
  { deed, ...credential }: Credential & { readonly deed: DeskAction },
): Promise<AskerRecord | StaffRecord> {
  const admitted = await admit(uses, rid, credential)
  const isOfAsker = ['answer', 'confirm', 'new_password'].includes(deed.action)
  if (isOfAsker !== (admitted.registrant.role === 'asker')) throw new Failure('forbidden')
  if (deed.action === 'new_password') return renewPassword(uses, admitted)
  if (deed.action === 'ask' || deed.action === 'undo') await countShare(uses, rid, 'asking')
  const { after, tasks } = await uses.database.transaction((records) =>
    change(uses, records, { admitted, deed }),
  )
  await ringFor(uses, tasks)
  return viewFor(uses, after)
}

interface Deed {
  readonly admitted: Admitted
  readonly deed: DeskAction
}

async function change(uses: DecideUses, records: Records, { admitted, deed }: Deed) {
  const before = await admitAgain(uses, records, admitted)
  const done = await act(uses, records, { admitted: before, deed })
  const { registration: fields = {}, personal: own = {}, tasks = [] } = done
  // Whoever just looks leaves no mark, and is in nobody's way.
  if (Object.keys(done).length === 0) return { after: before, tasks }
  const personal = { ...before.personal, ...own }
  const sealed = await sealPersonal(uses.sealer, before.registration.rid, personal)
  const modifiedAt = uses.clock.now()
  const registration = { ...before.registration, ...fields, sealed, modifiedAt }
  await records.registrations.replace(registration)
  for (const task of tasks) await records.tasks.insert(task)
  return { after: { ...before, registration, personal }, tasks }
}

async function act(uses: DecideUses, records: Records, { admitted, deed }: Deed): Promise<Change> {
  switch (deed.action) {
    case 'claim':
      return claim(admitted)
    case 'release':
      return release(admitted)
    case 'note':
      return {
        personal: {
          notes: [...admitted.personal.notes, toText(uses, admitted, deed)].slice(-mostNotes),
        },
      }
    case 'ask':
      return ask(uses, admitted, deed.text)
    case 'undo':
      return undo(uses, records, admitted)
    case 'answer':
      return answerQuestion(uses, admitted, deed.text)
    case 'confirm':
      return confirmAddress(records, admitted)
    /* v8 ignore next -- @preserve: it was done before, outside of this transaction */
    case 'new_password':
      return {}
    /* v8 ignore next -- @preserve: the compiler shows that every action has its case */
    default:
      return deed satisfies never
  }
}

function claim({ registrant, personal: { claimedBy } }: Admitted): Change {
  const name = nameOfStaff(registrant)
  if (claimedBy !== null && claimedBy !== name) throw claimed(claimedBy)
  return { personal: { claimedBy: name } }
}

// Staff may take it from a manager who is away.
function release({ registrant, personal: { claimedBy } }: Admitted): Change {
  const isOwn = claimedBy === null || claimedBy === nameOfStaff(registrant)
  if (!isOwn && registrant.role !== 'staff') throw claimed(claimedBy)
  return { personal: { claimedBy: null } }
}

function claimed(by: string | null): Failure {
  return new Failure('registration_claimed', { text: `${by} looks after this registration.` })
}

function toText(uses: DecideUses, { registrant }: Admitted, { text }: { readonly text: string }) {
  return { by: nameOfStaff(registrant), at: uses.clock.now().toISOString(), text }
}

async function ask(uses: DecideUses, admitted: Admitted, text: string): Promise<Change> {
  const { registration, personal } = admitted
  if (registration.status !== 'pending') throw new Failure('registration_decided')
  const asked = { question: toText(uses, admitted, { text }), answer: null }
  const { address } = personal
  if (address === null) return { personal: asked }
  const token = newToken(uses.random)
  const { rid, expiresAt, tokens } = registration
  const link = statusLink(uses.site, rid, token)
  const mail = { template: 'registration_asked', link, expiresAt } as const
  return {
    personal: asked,
    registration: { tokens: [...tokens, toMailedToken(token)] },
    tasks: await askerLetter(uses, registration, { address, mail }),
  }
}

// A rejected person may have asked again meanwhile: one open registration an address (registrations.md).
async function undo(uses: DecideUses, records: Records, admitted: Admitted): Promise<Change> {
  const { registration, personal, registrant } = admitted
  const { status, addressKey, rid, createdAt, expiresAt } = registration
  if (status !== 'rejected') throw new Failure('registration_not_rejected')
  if (addressKey !== null) {
    const holder = await records.registrationKeys.holderOf(addressKey)
    if (holder !== undefined) throw new Failure('registration_open_elsewhere')
    await records.registrationKeys.hold(addressKey, rid)
  }
  const undoneBy = nameOfStaff(registrant)
  const mail = { template: 'registration_undone', undoneBy, createdAt, expiresAt } as const
  const told = { managers: personal.managers, mail, except: undoneBy }
  return {
    registration: { status: 'pending', decidedAt: null },
    personal: { decidedBy: null, note: null },
    tasks: await managerLetters(uses, rid, told),
  }
}
