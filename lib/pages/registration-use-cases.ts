import type * as z from 'zod'
import { Failure } from '../failure.ts'
import type { Credential } from '../registrations/admit.ts'
import type { AskerRecord, StaffRecord } from '../registrations/answers.ts'
import { type CompleteUses, completeRegistration } from '../registrations/complete.ts'
import { decideRegistration } from '../registrations/decide.ts'
import { workAtDesk } from '../registrations/desk.ts'
import { readRegistration } from '../registrations/read.ts'
import type { RenewUses } from '../registrations/renew-password.ts'
import { completionWish, decisionWish, deskWish, toDeed } from '../registrations/rules.ts'
import { withdrawRegistration } from '../registrations/withdraw.ts'
import type { AskerActions, ManagerActions } from './registration-actions.ts'
import type { Credentials } from './registration-view.ts'

// The same schemas and use cases as behind the API: a form can do no more than a request, and is refused alike.

/**
 * The actions of the asker whose key this is. Throws `unauthenticated` or `forbidden`. A key that was mailed confirms
 * the address, as the page's script does with its first request.
 */
export async function openForAsker(uses: CompleteUses, key: Credentials): Promise<AskerActions> {
  const { rid } = key
  const credential = toCredential(key)
  const desk = (wish: unknown) =>
    workAtDesk(uses, rid, { ...credential, deed: toDeed(parse(deskWish(), wish)) })
  await desk({ action: 'confirm' })
  return {
    read: async () => asAsker(await readRegistration(uses, rid, credential)),
    answer: (text) => desk({ action: 'answer', text: toLines(text) }),
    complete: async (wish) => {
      const { username, email = null } = parse(completionWish(), {
        matrix_status: 'processing',
        ...wish,
      })
      const pick = { username, address: email }
      return toPassword(await completeRegistration(uses, rid, { ...credential, pick }))
    },
    renewPassword: async () => toPassword(asAsker(await desk({ action: 'new_password' }))),
    withdraw: () => withdrawRegistration(uses, rid, credential),
  }
}

/** The actions of the manager whose key this is. Throws `unauthenticated` or `forbidden`. */
export async function openForManager(uses: RenewUses, key: Credentials): Promise<ManagerActions> {
  const { rid } = key
  const credential = toCredential(key)
  const read = async () => asStaff(await readRegistration(uses, rid, credential))
  await read()
  return {
    read,
    decide: (wish) => {
      const parsed = parse(decisionWish(), { ...wish, note: toLines(wish.note) })
      const { status, note = null, silent = false } = parsed
      const decision = { status, note, isSilent: silent }
      return decideRegistration(uses, rid, { ...credential, decision })
    },
    atDesk: (action, text) => {
      const deed = toDeed(parse(deskWish(), { action, text: toLines(text) }))
      return workAtDesk(uses, rid, { ...credential, deed })
    },
  }
}

function toCredential({ rid, token }: Credentials): Credential {
  return { basic: { user: rid, password: token }, bearer: undefined }
}

// Forms end their lines with CR LF (HTML, 4.10.21.8), scripts with LF: the limit counts a line's end once.
function toLines<Text extends string | undefined>(text: Text) {
  return text?.replaceAll('\r\n', '\n')
}

function parse<Schema extends z.ZodType>(schema: Schema, wish: unknown): z.output<Schema> {
  const read = schema.safeParse(wish)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Failure('invalid_input', {
    field: String(issue?.path[0]),
    text: String(issue?.message),
  })
}

function asAsker(record: AskerRecord | StaffRecord): AskerRecord {
  /* v8 ignore next -- @preserve: the first request of every key tells whose it is */
  if (!('refused_username' in record)) throw new Failure('forbidden')
  return record
}

function asStaff(record: AskerRecord | StaffRecord): StaffRecord {
  if ('notes' in record) return record
  throw new Failure('forbidden')
}

function toPassword({ password }: AskerRecord) {
  /* v8 ignore next -- @preserve: the two requests that make a password always tell it */
  return { password: password ?? '' }
}
