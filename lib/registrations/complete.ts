import { isUsernameOfHost } from '../accounts/host-names.ts'
import { toAddressKey, toNameKey } from '../accounts/name-keys.ts'
import { isReservedName } from '../accounts/reserved-names.ts'
import { username as usernameRule } from '../accounts/rules.ts'
import { newToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type {
  Doorbell,
  Log,
  Lookup,
  PasswordHasher,
  Random,
  Records,
  Registering,
  Site,
} from '../ports.ts'
import type { NewTask } from '../queue/queue.ts'
import { ringFor } from '../queue/ring.ts'
import { type Admitted, type AdmitUses, admit, type Credential } from './admit.ts'
import { admitAgain } from './admit-again.ts'
import type { AskerRecord } from './answers.ts'
import { countShare } from './count-share.ts'
import { firstTask } from './first-task.ts'
import { generatePassword } from './generate-password.ts'
import { askerLetter, statusLink } from './letters.ts'
import { toMailedToken } from './mailed-token.ts'
import { mayMail } from './may-mail.ts'
import { freeAddress } from './outcomes.ts'
import { sealPersonal } from './personal.ts'
import type { Personal, Registration, RegistrationToken } from './registration.ts'
import { displayNameOf, reservationFor } from './reservation.ts'
import { viewForAsker } from './view.ts'

/** What picking a username needs. */
export interface CompleteUses extends AdmitUses {
  readonly random: Random
  readonly log: Log
  readonly doorbell: Doorbell
  readonly lookup: Lookup
  readonly site: Site
  readonly registering: Registering
  readonly passwordHasher: PasswordHasher
}

/** What somebody picks. */
export interface Picked {
  readonly username: string
  /** Takes the place of the address that is known. */
  readonly address: string | null
}

/**
 * Reserves a username for an approved registration and has its account made; gives the registration with the one
 * password for every target, which is told only here. Throws like `admit`, `forbidden` for anybody but the asker,
 * `registration_not_approved`, `registration_underway`, `invalid_input`, `username_taken` or `too_many_requests`.
 */
export async function completeRegistration(
  uses: CompleteUses,
  rid: string,
  { pick, ...credential }: Credential & { readonly pick: Picked },
): Promise<AskerRecord> {
  const admitted = await admit(uses, rid, credential)
  refuseToComplete(admitted)
  const username = await judgeUsername(uses, pick.username, admitted.personal)
  await countShare(uses, rid, 'making')
  const password = await generatePassword(uses, username)
  const reserving = {
    ...{ admitted, username, password },
    passwordHash: await uses.passwordHasher.hash(password),
    nameKey: await uses.lookup.keyOf('name', username),
    contact: await readContact(uses, admitted, pick.address),
  }
  const { after, tasks } = await uses.database.transaction((records) =>
    reserve(uses, records, reserving),
  )
  await ringFor(uses, tasks)
  return { ...(await viewForAsker(uses, after)), password }
}

function refuseToComplete({ registrant, registration, personal }: Admitted): void {
  if (registrant.role !== 'asker') throw new Failure('forbidden')
  if (registration.status !== 'approved') throw new Failure('registration_not_approved')
  const isOver = registration.endedAt !== null
  if (personal.username !== null || isOver) throw new Failure('registration_underway')
}

// The same order as for every other account (lib/accounts/create-account.ts); the index of names decides in the end.
async function judgeUsername(
  { database }: CompleteUses,
  wish: string,
  { refusedUsername }: Personal,
): Promise<string> {
  const read = usernameRule().safeParse(wish)
  if (!read.success) {
    const [issue] = read.error.issues
    const text = `username: ${issue?.message}`
    throw new Failure('invalid_input', { field: 'username', rule: issue?.code, text })
  }
  const username = read.data
  const [namesakes, hostNames] = await Promise.all([
    database.accounts.findNamesakes(username, toNameKey(displayNameOf(username))),
    database.hostNames.find(),
  ])
  const isTaken =
    isReservedName(username) ||
    username === refusedUsername ||
    namesakes.ofUsername ||
    namesakes.ofDisplayName ||
    (hostNames !== undefined && isUsernameOfHost(hostNames, username))
  if (isTaken) throw new Failure('username_taken', { field: 'username' })
  return username
}

interface Contact {
  readonly address: string
  readonly key: string
  readonly mayMail: boolean
}

async function readContact(
  uses: CompleteUses,
  { registration: { addressKey } }: Admitted,
  address: string | null,
): Promise<Contact | null> {
  if (address === null) return null
  const key = await uses.lookup.keyOf('address', toAddressKey(address))
  const isOther = key !== addressKey
  return { address, key, mayMail: isOther && (await mayMail(uses, key, uses.clock.now())) }
}

interface Reserving {
  readonly admitted: Admitted
  readonly username: string
  readonly password: string
  readonly passwordHash: string
  readonly nameKey: string
  readonly contact: Contact | null
}

async function reserve(uses: CompleteUses, records: Records, wish: Reserving) {
  const before = await admitAgain(uses, records, wish.admitted)
  refuseToComplete(before)
  const { rid } = before.registration
  const createdAt = uses.clock.now()
  const { username, password, passwordHash, nameKey, contact } = wish
  await records.accounts.insert(
    reservationFor(before.registration, { username, passwordHash, createdAt }),
  )
  const { targets, matrixServerName } = uses.registering
  const hasMatrix = targets.includes('matrix')
  const personal = {
    ...before.personal,
    ...(contact === null ? {} : { address: contact.address }),
    username,
    matrixId: hasMatrix && matrixServerName ? `@${username}:${matrixServerName}` : null,
    refusedUsername: null,
  }
  const task = await firstTask(uses, { rid, username, password, targets })
  const moved = await moveAddress(uses, records, { ...before, contact })
  const registration = {
    ...before.registration,
    ...moved.fields,
    targets,
    nameKey,
    matrixStatus: hasMatrix ? ('processing' as const) : ('pending' as const),
    accountStatus: hasMatrix ? ('pending' as const) : ('processing' as const),
    modifiedAt: createdAt,
    taskId: task.id,
    sealed: await sealPersonal(uses.sealer, rid, personal),
  }
  await records.registrations.replace(registration)
  const tasks = [task, ...moved.letters]
  for (const one of tasks) await records.tasks.insert(one)
  return { after: { ...before, registration, personal }, tasks }
}

// Another open registration may hold the address; that is told to nobody (T08), and it counts once a link was opened.
async function moveAddress(
  uses: CompleteUses,
  records: Records,
  { registration, personal, contact }: Admitted & { readonly contact: Contact | null },
): Promise<{ readonly fields: Partial<Registration>; readonly letters: readonly NewTask[] }> {
  const isKnown = contact?.address === personal.address || contact?.key === registration.addressKey
  if (contact === null || isKnown) return { fields: {}, letters: [] }
  const { address, key } = contact
  const { rid, expiresAt, tokens } = registration
  await freeAddress(records, registration)
  const holder = await records.registrationKeys.holderOf(key)
  if (holder === undefined) await records.registrationKeys.hold(key, rid)
  const token = newToken(uses.random)
  const link = statusLink(uses.site, rid, token)
  const mail = { template: 'registration_address', link, expiresAt } as const
  return {
    fields: {
      addressKey: holder === undefined ? key : null,
      isAddressConfirmed: false,
      tokens: [...tokens.map(toUnmailed), ...(contact.mayMail ? [toMailedToken(token)] : [])],
    },
    letters: contact.mayMail ? await askerLetter(uses, registration, { address, mail }) : [],
  }
}

// What was mailed to the earlier address goes on opening the page, and shows nothing about the new one.
function toUnmailed(token: RegistrationToken): RegistrationToken {
  return token.role === 'asker' ? { ...token, via: 'answer' } : token
}
