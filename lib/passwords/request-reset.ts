import { Failure } from '../failure.ts'
import type { Clock, Database, Doorbell, Log, Random, Sealer } from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { ringFor } from '../queue/ring.ts'
import { failuresKeptUntil } from '../sessions/policy.ts'
import { sendMail } from '../tasks/send-mail.ts'
import { tellStaff } from '../tasks/tell-staff.ts'
import { issueLink } from './issue-link.ts'

/** What asking for a reset link needs. */
export interface RequestResetUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
}

/**
 * Queues the mail with a reset link. Throws `unknown_user`. An account that cannot get one, for want of
 * an address that takes mail or because it is suspended, gets the same answer, and staff hear of it once a day.
 */
export async function requestReset(uses: RequestResetUses, username: string): Promise<void> {
  const account = await uses.database.accounts.find(username)
  if (account === undefined || account.role === 'service' || account.state === 'gone') {
    throw new Failure('unknown_user')
  }
  const isReachable = account.address !== null && account.addressState === 'good'
  if (isReachable && account.state === 'active') await mailLink(uses, username)
  else await tellOnceADay(uses, username)
}

async function mailLink(uses: RequestResetUses, username: string): Promise<void> {
  const task = await uses.database.transaction(async (records) => {
    const token = await issueLink(uses, records, { username, purpose: 'reset_password' })
    const next = await mailTask(uses, username, token)
    await records.tasks.insert(next)
    return next
  })
  await ringFor(uses, [task])
}

// A task each time, of which staff see the first: so every answer costs the same and takes the same time (T08).
async function tellOnceADay(uses: RequestResetUses, username: string): Promise<void> {
  const { counters } = uses.database
  const now = uses.clock.now()
  const key = `reset_notice:${username}:${now.toISOString().slice(0, 10)}`
  const event = (await counters.isKnown(key, now)) ? 'reset_asked_again' : 'reset_without_address'
  const task = await newTask(uses, tellStaff, { input: { event, username, reason: '' } })
  await uses.database.transaction((records) => records.tasks.insert(task))
  // Only now: staff had better hear twice of an ask than never. A mark that fails costs just that.
  await counters.makeKnown(key, failuresKeptUntil(now)).catch(() => undefined)
  await ringFor(uses, [task])
}

function mailTask(uses: RequestResetUses, username: string, token: string) {
  const input = { template: 'reset_password', username } as const
  return newTask(uses, sendMail, { input, secrets: { token } })
}
