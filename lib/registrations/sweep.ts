import { Failure } from '../failure.ts'
import type {
  Clock,
  Database,
  Doorbell,
  Log,
  Random,
  Records,
  Registering,
  Sealer,
  Site,
} from '../ports.ts'
import { skipTask } from '../queue/control.ts'
import type { NewTask } from '../queue/queue.ts'
import { ringFor } from '../queue/ring.ts'
import { hostTasks, postTasks } from '../tasks/index.ts'
import { sendDigest } from './digest.ts'
import { dissolve } from './dissolve.ts'
import { lives } from './life.ts'
import { givenUpLetters } from './outcomes.ts'
import { openPersonal } from './personal.ts'
import { parkedDays, parkedRetryMinutes, sweepLimit } from './policy.ts'
import type { Registration, Trace } from './registration.ts'

/** What tidying up after registrations needs. */
export interface SweepRegistrationsUses {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly site: Site
  readonly registering: Registering
}

const tasks = { ...hostTasks, ...postTasks }

/**
 * Removes what is over with everything personal in it, tries again what waits for staff, and tells managers of what
 * waits for them. Each registration by itself: one that cannot be handled is told, and keeps nothing else from being done.
 */
export async function sweepRegistrations(uses: SweepRegistrationsUses): Promise<void> {
  const { registrationLists } = uses.database
  const now = uses.clock.now()
  await oneByOne(uses, await registrationLists.expired(now, sweepLimit), remove)
  const due = new Date(now.getTime() - parkedRetryMinutes * 60_000)
  await oneByOne(uses, await registrationLists.parked(due, sweepLimit), tryAgain)
  await sendDigest(uses)
}

async function oneByOne(
  uses: SweepRegistrationsUses,
  registrations: readonly Registration[],
  handle: (uses: SweepRegistrationsUses, registration: Registration) => Promise<void>,
): Promise<void> {
  for (const registration of registrations) {
    await handle(uses, registration).catch((error: unknown) => note(uses, registration, error))
  }
}

function note({ log }: SweepRegistrationsUses, { rid }: Registration, error: unknown): void {
  const resource = `registration:${rid}`
  // No more than its kind: the text of an error may name whom it is about (T03).
  const { name: errorName } = Object(error)
  const code = error instanceof Failure ? error.code : undefined
  log.error('registration_sweep_failed', { resource, errorName, code })
}

async function remove(uses: SweepRegistrationsUses, { rid }: Registration): Promise<void> {
  const letters = await uses.database.transaction(async (records) => {
    const registration = await records.registrations.find(rid)
    // It may have begun since it was listed: then it comes to its end first.
    if (registration === undefined || lives(registration, uses.clock.now())) return []
    const written = await lettersAbout(uses, records, registration)
    await dissolve(uses, records, { registration, status: outcomeOf(registration) })
    for (const letter of written) await records.tasks.insert(letter)
    return written
  })
  await ringFor(uses, letters)
}

// Whoever picked a name was told nothing yet, or that it waits: nothing was begun, so no task ends that could tell.
async function lettersAbout(
  uses: SweepRegistrationsUses,
  records: Records,
  registration: Registration,
): Promise<readonly NewTask[]> {
  const { taskId } = registration
  if (taskId === null) return []
  // Without its key nobody knows whom to tell, and it goes all the same.
  const personal = await openPersonal(uses.sealer, registration).catch((error: unknown) =>
    note(uses, registration, error),
  )
  if (!personal?.username) return []
  const { username } = personal
  const task = await records.tasks.find(taskId)
  const target = task?.lane === 'post' ? 'matrix' : 'yunohost'
  const reason = task?.status === 'parked' ? task.error : notBegun
  return givenUpLetters({ uses, registration, personal, username }, target, reason)
}

const notBegun = 'Nothing was begun before the registration was over.'

function outcomeOf({
  status,
  endedAt,
  matrixStatus,
  accountStatus,
}: Registration): Trace['status'] {
  if (status === 'rejected') return 'rejected'
  const isMade = matrixStatus === 'success' || accountStatus === 'success'
  return endedAt !== null && isMade ? 'finished' : 'expired'
}

async function tryAgain(uses: SweepRegistrationsUses, parked: Registration): Promise<void> {
  const { rid, revision } = parked
  const taskId = String(parked.taskId)
  const patience = parkedDays * 24 * 3_600_000
  const isTooOld = uses.clock.now().getTime() - Number(parked.failedAt) >= patience
  const task = await uses.database.tasks.find(taskId)
  if (task?.status === 'parked' && isTooOld) return skipTask(uses, tasks, taskId)
  const isRetried = await uses.database.transaction(async (records) => {
    const registration = await records.registrations.find(rid)
    // Whoever was faster has seen to it; where it waits again by now, it does so for another hour.
    if (registration?.revision !== revision) return false
    await records.registrations.replace({ ...registration, parkedAt: null })
    return records.tasks.retry(taskId, 'sweeper')
  })
  if (isRetried) uses.log.info('registration_retried', { taskId })
}
