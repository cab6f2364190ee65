import type { Records } from '../ports.ts'
import type { Admitted } from './admit.ts'
import type { AskerRecord, StaffRecord } from './answers.ts'
import { canRenewPassword } from './can-renew-password.ts'
import { mostAhead, mostHistory } from './policy.ts'
import type { Personal, Registration } from './registration.ts'

interface ViewUses {
  readonly database: Pick<Records, 'registrationLists' | 'registrationKeys' | 'accounts'>
}

/** A registration as the one may see it who was admitted. */
export function viewFor(uses: ViewUses, admitted: Admitted): Promise<AskerRecord | StaffRecord> {
  const { registrant, registration, personal } = admitted
  return registrant.role === 'asker'
    ? viewForAsker(uses, admitted)
    : viewForStaff(uses, registration, personal)
}

/** A registration as whoever asked for it sees it. */
export async function viewForAsker(uses: ViewUses, admitted: Admitted): Promise<AskerRecord> {
  const { registration, personal } = admitted
  const { question, answer } = personal
  return {
    ...(await common(uses, registration, personal)),
    username: personal.username ?? '',
    email: personal.address,
    password: null,
    token: null,
    question: answer === null && question !== null ? question.text : null,
    refused_username: personal.refusedUsername,
    can_renew_password: await canRenewPassword(uses, admitted),
    given_up: isGivenUp(registration),
  }
}

function isGivenUp({ endedAt, matrixStatus, accountStatus }: Registration): boolean {
  return endedAt !== null && [matrixStatus, accountStatus].includes('failed')
}

async function viewForStaff(
  uses: ViewUses,
  registration: Registration,
  personal: Personal,
): Promise<StaffRecord> {
  const { isAddressConfirmed, decidedAt } = registration
  const [shared, traces] = await Promise.all([
    common(uses, registration, personal),
    uses.database.registrationKeys.historyOf(registration, mostHistory),
  ])
  return {
    ...shared,
    ...{ username: null, email: null, password: null, token: null },
    referral_code: personal.referralCode,
    claimed_by: personal.claimedBy,
    decided_by: personal.decidedBy,
    decided_at: decidedAt?.toISOString() ?? null,
    question: personal.question,
    answer: personal.answer,
    notes: [...personal.notes],
    history: traces.map(({ status, at }) => ({ status, at: at.toISOString() })),
    address_confirmed: isAddressConfirmed,
  }
}

async function common(uses: ViewUses, registration: Registration, personal: Personal) {
  const { rid, status, createdAt, modifiedAt, expiresAt } = registration
  const { registrationLists } = uses.database
  return {
    rid,
    created: createdAt.toISOString(),
    modified: modifiedAt.toISOString(),
    expires: expiresAt.toISOString(),
    status,
    ...statusOfTargets(registration),
    note: personal.note,
    position:
      status === 'pending' ? await registrationLists.position(registration, mostAhead) : null,
    message: personal.message,
  }
}

// With one target alone, `matrix_status` says how that one is (registrations.md).
function statusOfTargets({ targets, matrixStatus, accountStatus }: Registration) {
  const [only, second] = targets
  if (only === undefined || second !== undefined) {
    return { matrix_status: matrixStatus, account_status: accountStatus }
  }
  return only === 'yunohost'
    ? { matrix_status: accountStatus, account_status: accountStatus }
    : { matrix_status: matrixStatus, account_status: null }
}
