import { Failure } from '../failure.ts'
import type { Principal } from '../http/principal.ts'
import type { Clock, Database, Doorbell, Log, Random, Sealer, Site } from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { ringFor } from '../queue/ring.ts'
import { userCreate } from '../tasks/user-create.ts'
import type { Account } from './account.ts'
import type { AccountWish } from './account-wish.ts'
import { isDisplayNameOfHost, isUsernameOfHost } from './host-names.ts'
import { toNameKey } from './name-keys.ts'
import { isReservedName } from './reserved-names.ts'

/** What asking for an account needs. */
export interface CreateAccountUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly site: Site
}

/**
 * Reserves the username and queues its creation on the host, in one transaction; gives the task's id.
 * Throws `username_taken`, `address_taken`, `display_name_refused`, or `forbidden` for a tier that only
 * staff may give.
 */
export async function createAccount(
  uses: CreateAccountUses,
  principal: Principal,
  wish: AccountWish,
): Promise<string> {
  if (wish.tier !== null && principal.role === 'service') throw new Failure('forbidden')
  await refuseTakenNames(uses, wish)
  const account = toAccount(uses, principal, wish)
  const task = await newTask(uses, userCreate, {
    input: {
      username: wish.username,
      display_name: wish.displayName,
      domain: uses.site.mailDomain,
      rid: null,
    },
    requestedBy: principal.username,
  })
  await uses.database.transaction(async (records) => {
    await records.accounts.insert(account)
    await records.tasks.insert(task)
  })
  await ringFor(uses, [task])
  return task.id
}

// The host keeps usernames and full names in one space (yunohost.md 18); it would refuse later what is refused here.
async function refuseTakenNames({ database }: CreateAccountUses, wish: AccountWish) {
  const { username, displayName } = wish
  if (isReservedName(username)) throw new Failure('username_taken')
  const [namesakes, hostNames] = await Promise.all([
    database.accounts.findNamesakes(username, toNameKey(displayName)),
    database.hostNames.find(),
  ])
  const isUsernameOnHost = hostNames && isUsernameOfHost(hostNames, username)
  if (namesakes.ofUsername || isUsernameOnHost) throw new Failure('username_taken')
  const isDisplayNameOnHost = hostNames && isDisplayNameOfHost(hostNames, displayName, username)
  if (namesakes.ofDisplayName || isDisplayNameOnHost)
    throw new Failure('display_name_refused', { field: 'display_name' })
}

function toAccount(uses: CreateAccountUses, principal: Principal, wish: AccountWish): Account {
  return {
    username: wish.username,
    displayName: wish.displayName,
    role: 'member',
    state: 'provisioning',
    address: wish.address,
    addressState: 'good',
    discordName: wish.discordName,
    referralCode: wish.referralCode,
    language: wish.language ?? uses.site.defaultLanguage,
    tier: wish.tier ?? 'starter',
    passwordHash: null,
    failureText: null,
    usedOnHost: false,
    createdAt: uses.clock.now(),
    createdBy: principal.username,
  }
}
