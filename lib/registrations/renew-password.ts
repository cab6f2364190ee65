import { Failure } from '../failure.ts'
import type { PasswordHasher, Records } from '../ports.ts'
import { newTask } from '../queue/new-task.ts'
import type { NewTask } from '../queue/queue.ts'
import { ringFor } from '../queue/ring.ts'
import { userPassword } from '../tasks/user-password.ts'
import type { Admitted } from './admit.ts'
import { admitAgain } from './admit-again.ts'
import type { AskerRecord } from './answers.ts'
import { canRenewPassword } from './can-renew-password.ts'
import { countShare } from './count-share.ts'
import type { DecideUses } from './decide.ts'
import { firstTask } from './first-task.ts'
import { generatePassword } from './generate-password.ts'
import { viewForAsker } from './view.ts'

/** What making a new password needs. */
export interface RenewUses extends DecideUses {
  readonly passwordHasher: PasswordHasher
}

/**
 * Makes a new password in place of one that was lost, until somebody has signed in; gives it once. Throws
 * `password_not_renewable`, or `too_many_requests` past ten an hour.
 */
export async function renewPassword(uses: RenewUses, admitted: Admitted): Promise<AskerRecord> {
  const { username } = admitted.personal
  if (username === null) throw new Failure('password_not_renewable')
  await countShare(uses, admitted.registration.rid, 'making')
  const password = await generatePassword(uses, username)
  const passwordHash = await uses.passwordHasher.hash(password)
  const { after, task } = await uses.database.transaction((records) =>
    renew(uses, records, { admitted, username, password, passwordHash }),
  )
  await ringFor(uses, [task])
  return { ...(await viewForAsker(uses, after)), password }
}

interface Renewal {
  readonly admitted: Admitted
  readonly username: string
  readonly password: string
  readonly passwordHash: string
}

async function renew(uses: DecideUses, records: Records, renewal: Renewal) {
  const before = await admitAgain(uses, records, renewal.admitted)
  const { username, password, passwordHash } = renewal
  const isSame = before.personal.username === username
  const mayRenew = isSame && (await canRenewPassword({ database: records }, before))
  if (!mayRenew) throw new Failure('password_not_renewable')
  const task = await taskFor(uses, records, { ...before, username, password })
  const registration = {
    ...before.registration,
    // What brings the host's copy of an account that is there has to outlive the registration.
    taskId: before.registration.endedAt === null ? task.id : null,
    parkedAt: null,
    modifiedAt: uses.clock.now(),
  }
  await records.accounts.update(username, { passwordHash })
  await records.registrations.replace(registration)
  await records.tasks.insert(task)
  return { after: { ...before, registration }, task }
}

// Before anything has begun, the task with the old password is taken back; one that runs just now may use it.
async function taskFor(
  uses: DecideUses,
  records: Records,
  about: Admitted & { readonly username: string; readonly password: string },
): Promise<NewTask> {
  const { registration, username, password } = about
  const { rid, targets, taskId, endedAt } = registration
  if (endedAt !== null) {
    return newTask(uses, userPassword, { input: { username }, secrets: { password } })
  }
  const error = 'Another password takes the place of this one.'
  const end = { status: 'cancelled', error, at: uses.clock.now() } as const
  const isTakenBack = taskId !== null && (await records.tasks.end(taskId, end))
  if (!isTakenBack) throw new Failure('password_not_renewable')
  return firstTask(uses, { rid, username, password, targets })
}
