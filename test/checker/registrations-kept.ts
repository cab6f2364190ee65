import { endOf } from './lives.ts'
import type { RecordedTask, RegistrationWord, RunRecord } from './run-record.ts'

/** I1 for registrations: what was taken is there, what was decided stays so, and who picked a name has an account or a reason. */
export function lostRegistrations(record: RunRecord): readonly string[] {
  return record.registrationWords.flatMap((word) => {
    const { rid, kind, status } = word
    if (kind === 'seen') return []
    const kept = record.registrations.find((one) => one.rid === rid)
    if (kept === undefined) return [`registration ${rid} was ${kind} and is gone`]
    if (kind === 'decided' && kept.status !== status)
      return [`registration ${rid} was ${status} and is ${kept.status}`]
    return kind === 'picked' ? unmade(record, word, kept) : []
  })
}

type Kept = RunRecord['registrations'][number]

function unmade(record: RunRecord, word: RegistrationWord, kept: Kept): readonly string[] {
  const { rid, username } = word
  const { targets, matrixStatus, accountStatus } = kept
  const open = { matrix: matrixStatus, yunohost: accountStatus }
  const own = tasksOf(record, rid)
  const isMade =
    targets.length > 0 &&
    Object.entries(open).every(([name, is]) => is === 'success' || !targets.includes(name))
  if (!isMade) {
    const hasReason = own.some(({ action, status }) => makes.has(action) && badly.has(status))
    return hasReason ? [] : [`registration ${rid} was picked for and is still ${matrixStatus}`]
  }
  const isOnHost = own.some((task) => isDone(task, 'user_create'))
  const isOnMatrix = username !== null && record.matrixNames.includes(username)
  return [
    ...(targets.includes('matrix') && !isOnMatrix ? [`${username} is not on Matrix`] : []),
    ...(targets.includes('yunohost') && !isOnHost ? [`${username} was not made on the host`] : []),
  ]
}

// What a registration waits for; a letter that did not come is no reason.
const makes: ReadonlySet<string> = new Set(['matrix_register', 'user_check', 'user_create'])
const badly: ReadonlySet<string> = new Set(['parked', 'failed', 'cancelled', 'expired'])

function tasksOf({ tasks }: RunRecord, rid: string): readonly RecordedTask[] {
  return tasks.filter(({ input }) => input['rid'] === rid)
}

function isDone({ action, status }: RecordedTask, name: string): boolean {
  return action === name && status === 'finished'
}

/** I5 for registrations: a target that is said to be done was done before, and stays so. */
export function untrueRegistrations(record: RunRecord): readonly string[] {
  const targets = [
    {
      name: 'Matrix',
      action: 'matrix_register',
      of: (word: RegistrationWord) => word.matrixStatus,
    },
    { name: 'the host', action: 'user_create', of: (word: RegistrationWord) => word.accountStatus },
  ]
  return targets.flatMap(({ name, action, of }) =>
    record.registrationWords.flatMap((word) => {
      if (of(word) !== 'success') return []
      const { rid, answeredMs } = word
      const task = tasksOf(record, rid).find((one) => isDone(one, action))
      const isEarly = !task || (endOf(record, task.id)?.afterMs ?? 0) > answeredMs
      const later = record.registrationWords.find(
        (other) => other.rid === rid && other.askedMs >= answeredMs && of(other) !== 'success',
      )
      return [
        ...(isEarly ? [`registration ${rid} was told to be on ${name} before it was`] : []),
        ...(later ? [`registration ${rid} was on ${name} and later ${of(later)}`] : []),
      ]
    }),
  )
}

/** I8 for registrations: one letter to whoever asked for each thing that happened to it, and none twice to anybody. */
export function unwrittenRegistrations(record: RunRecord): readonly string[] {
  return record.registrationWords.flatMap(({ rid, kind, status }) => {
    if (kind === 'seen') return []
    const own = tasksOf(record, rid)
    const letters = (template: string) =>
      own.filter(({ input }) => input['template'] === template).length
    const hasAnnounced = own.some((task) => isDone(task, 'announce_registration'))
    const wanted = {
      taken: { template: 'registration_received', times: hasAnnounced ? 1 : 0 },
      decided: { template: `registration_${status}`, times: 1 },
      picked: { template: 'registration_ready', times: countReady(own) },
    }[kind]
    const found = letters(wanted.template)
    const isRight = found === wanted.times
    const wrong = [`${wanted.template} of registration ${rid} was written ${found} times`]
    return [...(isRight ? [] : wrong), ...(kind === 'taken' ? repeated(rid, own) : [])]
  })
}

// Each manager has a slot, and the soak undoes no decision.
function repeated(rid: string, tasks: readonly RecordedTask[]): readonly string[] {
  const written = tasks.filter(({ action }) => action === 'send_registration_mail')
  const letters = Map.groupBy(written, ({ input }) => `${input['template']} to ${input['slot']}`)
  return [...letters].flatMap(([name, same]) =>
    same.length > 1 ? [`${name} of registration ${rid} was written ${same.length} times`] : [],
  )
}

function countReady(tasks: readonly RecordedTask[]): number {
  return tasks.filter((task) => isDone(task, 'user_create')).length
}
