import { Failure } from '../failure.ts'
import type { Records } from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { tellStaff } from '../tasks/tell-staff.ts'
import type { Admitted } from './admit.ts'
import { contactOf } from './contact.ts'
import type { DecideUses } from './decide.ts'
import type { Change } from './desk.ts'
import { madeFor } from './made-for.ts'

/** Answers what staff asked, once. Throws `nothing_asked`. */
export async function answerQuestion(
  uses: DecideUses,
  { registration: { rid, status }, personal: { question, answer } }: Admitted,
  text: string,
): Promise<Change> {
  if (question === null || answer !== null || status !== 'pending') {
    throw new Failure('nothing_asked')
  }
  const told = await newTask(uses, tellStaff, { input: { event: 'registration_answered', rid } })
  return {
    personal: { answer: { at: uses.clock.now().toISOString(), text } },
    tasks: [told],
  }
}

/** Notes that the address is read by whoever asked. Only a token that was mailed there shows that; another changes nothing. */
export async function confirmAddress(records: Records, admitted: Admitted): Promise<Change> {
  const { registrant, registration, personal } = admitted
  const isMailed = registrant.role === 'asker' && registrant.via === 'mail'
  if (!isMailed || personal.address === null || registration.isAddressConfirmed) return {}
  const confirmed = { ...registration, isAddressConfirmed: true }
  if (personal.username !== null && registration.accountStatus === 'success') {
    const account = await records.accounts.find(personal.username)
    // An operator who changed the account answers for it from then on (T10).
    const isOfAsker = account?.createdBy === madeFor(registration.rid) && account.address === null
    const contact = await contactOf(records, { registration: confirmed, personal })
    if (isOfAsker) await records.accounts.update(personal.username, contact)
  }
  return { registration: { isAddressConfirmed: true } }
}
