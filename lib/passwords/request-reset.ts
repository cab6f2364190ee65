import { Failure } from '../failure.ts'
import type { Clock, Database, Doorbell, Log, Random, Sealer } from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import { ringFor } from '../queue/ring.ts'
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
 * an address that takes mail or because it is suspended, gets the same answer, and staff hear of it.
 */
export async function requestReset(uses: RequestResetUses, username: string): Promise<void> {
  const account = await uses.database.accounts.find(username)
  if (account === undefined || account.role === 'service' || account.state === 'gone') {
    throw new Failure('unknown_user')
  }
  const isReachable = account.address !== null && account.addressState === 'good'
  const mayReset = isReachable && account.state === 'active'
  const task = await uses.database.transaction(async (records) => {
    const next = mayReset
      ? await mailTask(
          uses,
          username,
          await issueLink(uses, records, { username, purpose: 'reset_password' }),
        )
      : await newTask(uses, tellStaff, {
          input: { event: 'reset_without_address', username, reason: '' },
        })
    await records.tasks.insert(next)
    return next
  })
  await ringFor(uses, [task])
}

function mailTask(uses: RequestResetUses, username: string, token: string) {
  const input = { template: 'reset_password', username } as const
  return newTask(uses, sendMail, { input, secrets: { token } })
}
