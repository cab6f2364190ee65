/** What becomes of a registration when its targets come to an end. Runs inside the transactions that end the tasks. */

import type { AskerMail, ManagerMail } from '../mail/registration-mail.ts'
import type { Clock, Records } from '../ports.ts'
import type { NewTask } from '../queue/queue.ts'
import type { EndingUses } from '../queue/task.ts'
import { askerLetter, managerLetters } from './letters.ts'
import { openPersonal, sealPersonal } from './personal.ts'
import { parkedDays } from './policy.ts'
import type { Personal, Registration, Target, TargetStatus } from './registration.ts'

/** Why nothing was done for a registration that is not there any more. */
export const registrationOver = 'The registration is over.'

/** A step that has ended or waits, and whose it is. */
export interface Step {
  readonly records: Records
  readonly uses: EndingUses
  readonly rid: string
  readonly username: string
}

/** A step whose registration still waits for it. */
export interface OpenStep extends Step {
  readonly registration: Registration
  readonly personal: Personal
}

/**
 * Does what follows from a step; undefined where its registration is over, so that nothing follows and the name, which
 * may be somebody else's by now, stays as it is.
 */
export async function followUp(
  step: Step,
  work: (open: OpenStep) => Promise<readonly NewTask[]>,
): Promise<readonly NewTask[] | undefined> {
  const registration = await step.records.registrations.find(step.rid)
  if (registration === undefined || registration.endedAt !== null) return undefined
  const personal = await openPersonal(step.uses.sealer, registration)
  return work({ ...step, registration, personal })
}

/** A target has its account: the next one follows, given as a task, or everything is done. */
export async function targetDone(
  step: OpenStep,
  target: Target,
  next?: NewTask,
): Promise<readonly NewTask[]> {
  const { registration } = step
  const now = step.uses.clock.now()
  const state = {
    ...registration,
    ...withStatus(target, 'success'),
    modifiedAt: now,
    parkedAt: null,
    taskId: next?.id ?? null,
  }
  if (next !== undefined) {
    await step.records.registrations.replace({ ...state, accountStatus: 'processing' })
    return [next]
  }
  await freeAddress(step.records, registration)
  await step.records.registrations.replace({ ...state, endedAt: now })
  return readyLetters(step)
}

/** A target will not have the name, and nothing of it was made: whoever asked picks another one. */
export async function nameRefused({
  registration,
  personal,
  ...step
}: OpenStep): Promise<readonly NewTask[]> {
  await step.records.accounts.removeReservation(step.rid)
  const open = { ...personal, username: null, matrixId: null, refusedUsername: step.username }
  await step.records.registrations.replace({
    ...registration,
    matrixStatus: 'pending',
    accountStatus: 'pending',
    modifiedAt: step.uses.clock.now(),
    targets: [],
    taskId: null,
    begunAt: null,
    parkedAt: null,
    failedAt: null,
    nameKey: null,
    sealed: await sealPersonal(step.uses.sealer, step.rid, open),
  })
  return []
}

/** A target's task waits for staff: it is tried again, and its secret stays sealed in it. */
export async function targetParked(
  step: OpenStep,
  target: Target,
  reason: string,
): Promise<readonly NewTask[]> {
  const { registration } = step
  const now = step.uses.clock.now()
  await step.records.registrations.replace({
    ...registration,
    ...withStatus(target, 'failed'),
    modifiedAt: now,
    parkedAt: now,
    failedAt: registration.failedAt ?? now,
  })
  if (registration.failedAt !== null) return []
  const { username } = step
  const waitsUntil = waitsForStaffUntil(registration, now)
  return failureLetters(
    step,
    { template: 'registration_failed', username, waitsUntil },
    { template: 'registration_account_failed', username, target, reason, waitsUntil },
  )
}

// Before making has begun no longer than the registration lives (T27).
function waitsForStaffUntil({ begunAt, expiresAt }: Registration, failedAt: Date): Date {
  return begunAt === null ? expiresAt : new Date(failedAt.getTime() + parkedDays * 24 * 3_600_000)
}

/** A target was given up for good, and everybody is told. What is on the others stays. */
export async function targetGivenUp(
  step: OpenStep,
  target: Target,
  reason: string | null,
): Promise<readonly NewTask[]> {
  const { registration } = step
  const now = step.uses.clock.now()
  await step.records.accounts.removeReservation(step.rid)
  await freeAddress(step.records, registration)
  await step.records.registrations.replace({
    ...registration,
    ...statusesAtTheEnd(registration),
    modifiedAt: now,
    endedAt: now,
    taskId: null,
    parkedAt: null,
  })
  return givenUpLetters(step, target, reason)
}

/** Tells everybody that an account will not be made. */
export function givenUpLetters(
  about: AboutFailure,
  target: Target,
  reason: string | null,
): Promise<readonly NewTask[]> {
  const { username } = about
  return failureLetters(
    about,
    { template: 'registration_given_up', username },
    { template: 'registration_account_given_up', username, target, reason },
  )
}

/** Marks that a target is about to be changed. A sentence why not, where the registration is over (T27). */
export async function beginAt(
  { records, clock }: { readonly records: Records; readonly clock: Clock },
  rid: string,
): Promise<string | undefined> {
  return (await records.registrations.begin(rid, clock.now())) ? undefined : registrationOver
}

/** Lets the address have another registration. */
export async function freeAddress(
  records: Records,
  { addressKey, rid }: Pick<Registration, 'addressKey' | 'rid'>,
): Promise<void> {
  if (addressKey !== null) await records.registrationKeys.free(addressKey, rid)
}

function withStatus(target: Target, status: TargetStatus) {
  return target === 'matrix' ? { matrixStatus: status } : { accountStatus: status }
}

// Nothing more is going to happen at any of them.
function statusesAtTheEnd({ matrixStatus, accountStatus }: Registration) {
  const last = (status: TargetStatus): TargetStatus => (status === 'success' ? status : 'failed')
  return { matrixStatus: last(matrixStatus), accountStatus: last(accountStatus) }
}

function readyLetters({
  uses,
  registration,
  personal: { address, matrixId },
  username,
}: OpenStep): Promise<readonly NewTask[]> {
  const isOnHost = registration.targets.includes('yunohost')
  const mail = {
    template: 'registration_ready',
    username,
    address: isOnHost ? `${username}@${uses.site.mailDomain}` : null,
    matrixId,
  } as const
  return askerLetter(uses, registration, { address, mail })
}

type AboutFailure = Pick<OpenStep, 'uses' | 'registration' | 'personal' | 'username'>

async function failureLetters(
  { uses, registration, personal: { managers, address } }: AboutFailure,
  toAsker: AskerMail,
  toManagers: ManagerMail,
): Promise<readonly NewTask[]> {
  return [
    ...(await askerLetter(uses, registration, { address, mail: toAsker })),
    ...(await managerLetters(uses, registration.rid, { managers, mail: toManagers })),
  ]
}
