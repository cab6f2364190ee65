import { isDeepStrictEqual } from 'node:util'
import { hashPassword } from '../crypto/password-hash.ts'
import { Failure } from '../failure.ts'
import type { Clock, Database, Records } from '../ports.ts'
import { type NewTaskUses, newTask } from '../queue/new-task.ts'
import { forgetTries } from '../sessions/sign-in-key.ts'
import { userPassword } from '../tasks/user-password.ts'
import type { Account, Role } from './account.ts'

/** What an operator's work on accounts needs. */
export interface OperatorUses {
  readonly database: Database
  readonly clock: Pick<Clock, 'now'>
}

/** What changing an account needs besides: a way to the host for the password of somebody who is there. */
export interface ChangeUses extends OperatorUses {
  readonly toHost?: NewTaskUses | undefined
}

/** An account as an operator gives it at the console. */
export interface OperatorAccount {
  readonly username: string
  readonly displayName: string
  readonly role: Role
  readonly password: string
  readonly address: string | null
  readonly language: Account['language']
}

/** What an operator changes of an account; the rest stays. */
export interface OperatorChange {
  readonly role?: Role | undefined
  readonly address?: string | undefined
  readonly password?: string | undefined
}

/**
 * Makes an account that can be signed in to at once, without asking the host. Throws `username_taken`, also for a name
 * that is only asked for or reserved: what its asker is mailed would open the new account (T10). Throws `address_taken`.
 */
export async function createOperatorAccount(
  uses: OperatorUses,
  { password, ...wish }: OperatorAccount,
): Promise<void> {
  const passwordHash = await hashPassword(password)
  await uses.database.transaction((records) =>
    records.accounts.insert({
      ...wish,
      state: 'active',
      addressState: 'good',
      discordName: null,
      referralCode: null,
      tier: 'starter',
      passwordHash,
      failureText: null,
      usedOnHost: false,
      createdAt: uses.clock.now(),
      createdBy: 'console',
    }),
  )
  // Whoever guessed at the name before there was an account keeps nobody out of it.
  await forgetTries(uses.database, wish.username)
}

/** The account of a name, for an operator to change. Throws `unknown_user`, or `invalid_input` while it is not active. */
export async function findChangeable(
  { accounts }: Pick<Records, 'accounts'>,
  username: string,
): Promise<Account> {
  const account = await accounts.find(username)
  if (account === undefined) throw new Failure('unknown_user')
  if (account.state !== 'active') {
    const text = `Only an active account can be changed, and this one is ${account.state}.`
    throw new Failure('invalid_input', { field: 'username', text })
  }
  return account
}

/**
 * Changes an account that is still as it was shown. Ends its sessions, links and waits, and from then on no registration
 * makes a password or sets an address for it. A password goes to the host too, in the order of the changes, so that
 * nobody stays in there with an older one. Throws like `findChangeable`, `invalid_input` for one that is another by
 * now, `address_taken`, `unavailable` where a password has no way to the host.
 */
export async function changeOperatorAccount(
  uses: ChangeUses,
  shown: Account,
  { password, role, address }: OperatorChange,
): Promise<void> {
  const { username } = shown
  const change = {
    ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
    ...(role === undefined ? {} : { role }),
    ...(address === undefined ? {} : { address }),
    isUsed: true,
    createdBy: 'console',
  } as const
  const tasks = shown.usedOnHost ? await tasksFor(uses, username, password) : []
  await uses.database.transaction(async (records) => {
    if (!isDeepStrictEqual(await findChangeable(records, username), shown)) {
      const text = 'The account has changed since it was shown. Start again.'
      throw new Failure('invalid_input', { field: 'username', text })
    }
    await records.sessions.endAll(username)
    // A link that went to an older address must not undo this (T10).
    await records.links.endAll(username, uses.clock.now())
    await records.accounts.update(username, change)
    for (const task of tasks) await records.tasks.insert(task)
  })
  // Whoever was locked out by wrong passwords of others gets in.
  await forgetTries(uses.database, username)
}

async function tasksFor({ toHost }: ChangeUses, username: string, password: string | undefined) {
  if (password === undefined) return []
  if (toHost === undefined) throw new Failure('unavailable')
  return [await newTask(toHost, userPassword, { input: { username }, secrets: { password } })]
}
