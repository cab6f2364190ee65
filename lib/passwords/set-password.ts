import { hashToken, newToken } from '../crypto/token.ts'
import { Failure } from '../failure.ts'
import type {
  Clock,
  CommonPasswords,
  Database,
  Doorbell,
  Log,
  PasswordHasher,
  Random,
  Sealer,
  Site,
} from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { ringFor } from '../queue/ring.ts'
import { forgetTries } from '../sessions/sign-in-key.ts'
import { sendMail } from '../tasks/send-mail.ts'
import { userPassword } from '../tasks/user-password.ts'
import { checkLink } from './check-link.ts'
import { judgePassword, toPersonalWords } from './rules.ts'

/** What setting a password needs. */
export interface SetPasswordUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly site: Site
  readonly commonPasswords: CommonPasswords
  readonly passwordHasher: PasswordHasher
}

/** The task that brings the password to the host, and the token that lets its asker watch it. */
export interface PasswordTask {
  readonly taskId: string
  readonly taskToken: string
  /** False for an account that the host was never asked for: the task is then the mail that tells of the change. */
  readonly goesToHost: boolean
}

/**
 * Sets the password that a mailed link allows, ends every session of the account and queues the change on the host,
 * where the account is there, all in one transaction. Throws `link_invalid`, `link_expired` or a `password_…` code.
 */
export async function setPassword(
  uses: SetPasswordUses,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<PasswordTask> {
  const { username } = await checkLink(uses, token)
  await refuseWeak(uses, username, password)
  const now = uses.clock.now()
  // Held before the slow hash, so that a hundred parallel uses cost one hash and set one password (T10).
  if (!(await uses.database.links.hold(hashToken(token), now))) throw new Failure('link_invalid')
  try {
    return await changePassword(uses, { token, username, password, now })
  } catch (error) {
    // The link is still good; the person need not wait until the hold ends by itself.
    await uses.database.links.release(hashToken(token)).catch(() => undefined)
    throw error
  }
}

interface Change {
  readonly token: string
  readonly username: string
  readonly password: string
  readonly now: Date
}

async function changePassword(uses: SetPasswordUses, wish: Change): Promise<PasswordTask> {
  const { token, username, password, now } = wish
  const passwordHash = await uses.passwordHasher.hash(password)
  const taskToken = newToken(uses.random)
  const readTokenHash = hashToken(taskToken)
  const change = await newTask(uses, userPassword, {
    ...{ input: { username }, secrets: { password } },
    readTokenHash,
  })
  const notice = await newTask(uses, sendMail, {
    input: { template: 'password_changed', username },
    readTokenHash,
  })
  const tasks = await uses.database.transaction(async (records) => {
    if (!(await records.links.spend(hashToken(token), now))) throw new Failure('link_invalid')
    await records.links.endAll(username, now)
    const account = await records.accounts.find(username)
    if (account?.state !== 'active') throw new Failure('link_invalid')
    await records.accounts.update(username, { passwordHash, isUsed: true })
    await records.sessions.endAll(username)
    // An account of this name on the host may be somebody else's; one that is being made there is not active yet.
    const next = account.usedOnHost ? ([change, notice] as const) : ([notice] as const)
    for (const task of next) await records.tasks.insert(task)
    return next
  })
  await ringFor(uses, tasks)
  // The password is set; a wait that stays must not look like a failure of it.
  await forgetTries(uses.database, username).catch(() => undefined)
  return { taskId: tasks[0].id, taskToken, goesToHost: tasks.length > 1 }
}

async function refuseWeak(uses: SetPasswordUses, username: string, password: string) {
  const account = await uses.database.accounts.find(username)
  if (account === undefined) throw new Failure('link_invalid')
  const { communityName } = uses.site
  const personal = toPersonalWords({ ...account, communityName })
  const host = await uses.database.hostFacts.find()
  const { commonPasswords } = uses
  const broken = await judgePassword(password, { commonPasswords, personal, host })
  if (broken !== undefined) throw new Failure(broken, { field: 'new_password' })
}
