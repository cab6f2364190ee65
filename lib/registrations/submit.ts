import type { Language } from '../accounts/account.ts'
import { toAddressKey } from '../accounts/name-keys.ts'
import { hashToken, newId, newToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type {
  Clock,
  Database,
  Doorbell,
  Log,
  Lookup,
  Random,
  Records,
  Registering,
  Sealer,
  Site,
} from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { ringFor } from '../queue/ring.ts'
import { type Announcement, announceRegistration } from '../tasks/announce-registration.ts'
import type { AskerRecord } from './answers.ts'
import { expiryOf, justTaken, lives } from './life.ts'
import { toMailedToken } from './mailed-token.ts'
import { mayMail } from './may-mail.ts'
import { nothingPersonal, sealPersonal } from './personal.ts'
import { capRetrySeconds } from './policy.ts'
import type { Personal, Registration } from './registration.ts'
import { viewForAsker } from './view.ts'

/** What taking a registration needs. */
export interface SubmitUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly lookup: Lookup
  readonly site: Site
  readonly registering: Registering
}

/** What somebody asks with. */
export interface RegistrationWish {
  readonly address: string | null
  readonly message: string | null
  readonly referralCode: string | null
  readonly language: Language | undefined
}

/**
 * Takes a registration and lets everybody know, in one transaction; gives it with the asker's token, which is told only
 * here. An address that has one open gets the same answer after the same work, and a mail (T08). Throws
 * `too_many_pending`.
 */
export async function submitRegistration(
  uses: SubmitUses,
  wish: RegistrationWish,
): Promise<AskerRecord> {
  await refuseOverCap(uses)
  const token = newToken(uses.random)
  const draft = await toDraft(uses, wish, token)
  const { registration, personal, task } = await uses.database.transaction((records) =>
    keep(uses, records, draft),
  )
  // Neither waits for the other: sending is what takes longest here.
  const [record] = await Promise.all([
    viewForAsker(uses, { registrant: { role: 'asker', via: 'answer' }, registration, personal }),
    ringFor(uses, [task]),
  ])
  return { ...record, password: '', token }
}

// Counted apart from the insertion: a few at once may pass together, which a cap of thousands can bear.
async function refuseOverCap({ database, registering: { pendingCap } }: SubmitUses): Promise<void> {
  const isFull = await database.registrationLists.hasPending(pendingCap)
  if (isFull) throw new Failure('too_many_pending', { retryAfterSeconds: capRetrySeconds })
}

interface Draft {
  readonly wish: RegistrationWish
  readonly createdAt: Date
  readonly token: string
  readonly mailToken: string
  readonly managers: ReadonlyArray<{ readonly to: string; readonly token: string }>
  readonly addressKey: string | null
  readonly mayMail: boolean
}

async function toDraft(uses: SubmitUses, wish: RegistrationWish, token: string): Promise<Draft> {
  const { random, registering, clock, lookup } = uses
  const createdAt = clock.now()
  const addressKey =
    wish.address === null ? null : await lookup.keyOf('address', toAddressKey(wish.address))
  return {
    wish,
    createdAt,
    token,
    mailToken: newToken(random),
    managers: registering.managers.map((to) => ({ to, token: newToken(random) })),
    addressKey,
    mayMail: addressKey !== null && (await mayMail(uses, addressKey, createdAt)),
  }
}

async function keep(uses: SubmitUses, records: Records, draft: Draft) {
  const open = await openOneOf(records, draft)
  const rid = newId(uses.random)
  const personal = toPersonal(draft, open === undefined)
  const sealed = await sealPersonal(uses.sealer, rid, personal)
  const registration = toRegistration(uses, draft, { rid, sealed, isShadow: open !== undefined })
  await records.registrations.insert(registration)
  const shown = open ?? registration
  if (open !== undefined) await letIn(records, open, draft)
  else if (draft.addressKey !== null) await records.registrationKeys.hold(draft.addressKey, rid)
  const kind = open === undefined ? 'new' : 'again'
  const task = await newTask(uses, announceRegistration, {
    input: { rid, kind },
    secrets: { letters: JSON.stringify(toAnnouncement(registration, shown, draft)) },
  })
  await records.tasks.insert(task)
  return { registration, personal, task }
}

async function openOneOf(
  records: Records,
  { addressKey, createdAt }: Draft,
): Promise<Registration | undefined> {
  if (addressKey === null) return undefined
  const holder = await records.registrationKeys.holderOf(addressKey)
  if (holder === undefined) return undefined
  const open = await records.registrations.find(holder)
  if (open !== undefined && lives(open, createdAt)) return open
  // Over, and not swept yet.
  await records.registrationKeys.free(addressKey, holder)
  return undefined
}

// The mail goes to the owner of the address, who may see how far the open one is.
async function letIn(records: Records, open: Registration, draft: Draft): Promise<void> {
  const token = toMailedToken(draft.mailToken)
  const tokens = draft.mayMail ? [...open.tokens, token] : open.tokens
  await records.registrations.replace({ ...open, tokens })
}

function toPersonal({ wish, managers }: Draft, isShown: boolean): Personal {
  const { address, message, referralCode } = wish
  const names = managers.map(({ to, token }) => [hashToken(token), to] as const)
  return {
    ...nothingPersonal,
    ...{ address, message, referralCode },
    managers: isShown ? Object.fromEntries(names) : {},
  }
}

function toRegistration(
  { site }: SubmitUses,
  draft: Draft,
  own: Pick<Registration, 'rid' | 'sealed' | 'isShadow'>,
): Registration {
  const { token, mailToken, managers, createdAt, addressKey, wish } = draft
  const ofAsker = { hash: hashToken(token), role: 'asker', via: 'answer' } as const
  const toManager = ({ token: one }: { readonly token: string }) =>
    ({ hash: hashToken(one), role: 'manager', via: 'mail' }) as const
  const mailed = own.isShadow ? [] : [toMailedToken(mailToken), ...managers.map(toManager)]
  return {
    ...justTaken,
    ...own,
    createdAt,
    modifiedAt: createdAt,
    expiresAt: expiryOf(createdAt),
    language: wish.language ?? site.defaultLanguage,
    addressKey,
    tokens: [ofAsker, ...mailed],
  }
}

function toAnnouncement(
  { language, isShadow }: Registration,
  { rid, expiresAt }: Registration,
  { wish, mailToken, managers, mayMail: isMailed }: Draft,
): Announcement {
  const { address } = wish
  const asker =
    address === null || !isMailed ? null : { to: address, token: mailToken, rid, expiresAt }
  return { language, asker, managers: isShadow ? [] : managers }
}
