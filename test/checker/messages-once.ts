import { faultsOf } from './faults.ts'
import { isForMessage, keyOf, type Letter, sentLetters } from './letters.ts'
import { unwrittenRegistrations } from './registrations-kept.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** I8: each message comes, is repeated only as often as nobody could know that it had, and says the same when repeated. */
export function messagesOnce(record: RunRecord): readonly string[] {
  const sent = Map.groupBy(sentLetters(record), ({ key }) => key)
  const post = record.tasks.filter(isForMessage)
  const wanted = Map.groupBy(post, (task) => keyOf(record, task))
  const keys = new Set([...sent.keys(), ...wanted.keys()])
  const counts = [...keys].flatMap((key) =>
    judge(record, { key, letters: sent.get(key) ?? [], tasks: wanted.get(key) ?? [] }),
  )
  return [...counts, ...forgotten(record), ...unwrittenRegistrations(record)]
}

interface Kind {
  readonly key: string
  readonly letters: readonly Letter[]
  readonly tasks: readonly RecordedTask[]
}

function judge(record: RunRecord, { key, letters, tasks }: Kind): readonly string[] {
  const delivered = tasks.filter(({ status }) => status === 'finished').length
  // Letters of the same mark are one; without marks nobody can tell a repeat from another one.
  const byMark = Map.groupBy(letters, ({ mark }) => mark ?? '')
  const isMarked = letters.some(({ mark }) => mark !== null)
  const different = isMarked ? byMark.size : Math.min(letters.length, tasks.length)
  const violations: string[] = []
  if (different < delivered)
    violations.push(`${delivered} ${key} were delivered, ${different} came`)
  if (different > tasks.length || (tasks.length === 0 && letters.length > 0))
    violations.push(`${letters.length} ${key} came for ${tasks.length} tasks`)
  if (isMarked) violations.push(...[...byMark.values()].flatMap((same) => unequal(key, same)))
  return [...violations, ...tooMany(record, { key, letters, tasks })]
}

function unequal(key: string, same: readonly Letter[]): readonly string[] {
  const texts = new Set(same.map(({ text }) => text))
  return texts.size > 1 ? [`${key} was repeated with another text`] : []
}

// Which task a letter is of nobody can tell where a person has several: the kindest one counts for each letter,
// and all of them together for all letters.
function tooMany(record: RunRecord, { key, letters, tasks }: Kind): readonly string[] {
  if (tasks.length === 0) return []
  const allowed = tasks.map((task) => mostLetters(record, task))
  const total = allowed.reduce((all, one) => all + one, 0)
  const groups = [...Map.groupBy(letters, ({ mark }) => mark ?? '')]
  const same = groups.filter(([mark]) => mark !== '').map(([, group]) => group.length)
  const most = Math.max(0, ...same)
  if (most > Math.max(...allowed)) {
    return [`${key} came ${most} times, at most ${Math.max(...allowed)} are excused`]
  }
  if (letters.length <= total) return []
  return [`${key} came ${letters.length} times for ${tasks.length} tasks, ${total} are excused`]
}

// A sudden fault leaves one try unsure; one that lasts does so with every try, so only their number is a bound.
function mostLetters(record: RunRecord, { id, tries }: RecordedTask): number {
  const unsure = faultsOf(record, id).filter(({ isAmbiguous }) => isAmbiguous)
  const known = tries ?? 1 + unsure.length
  return unsure.every(({ isSudden }) => isSudden) ? Math.min(known, 1 + unsure.length) : known
}

/** What has to follow from the end of a task: the messages in lane `post`, and how often. */
function forgotten(record: RunRecord): readonly string[] {
  const { tasks, accounts } = record
  const count = (fits: (task: RecordedTask) => boolean) => tasks.filter(fits).length
  return accounts.flatMap(({ username, address }) => {
    const own = (task: RecordedTask) => task.input['username'] === username
    const ends = (action: string, statuses: readonly string[]) =>
      count((task) => own(task) && task.action === action && statuses.includes(task.status))
    const told = (event: string) => count((task) => own(task) && task.input['event'] === event)
    const mailed = (name: string) => count((task) => own(task) && task.input['template'] === name)
    const created = ends('user_create', ['finished'])
    // Who came by a registration got the password when the name was picked.
    const first = count(
      (task) =>
        own(task) &&
        task.action === 'user_create' &&
        task.status === 'finished' &&
        !task.input['rid'],
    )
    const unmade = ends('user_create', ['failed', 'cancelled'])
    const unset = ends('user_password', ['failed', 'cancelled'])
    const unsent = ends('send_mail', ['failed', 'cancelled'])
    return [
      ...differ(`staff were told of the account ${username}`, told('account_created'), created),
      ...differ(`staff were told of no account ${username}`, told('account_failed'), unmade),
      ...differ(`staff were told of no password of ${username}`, told('password_refused'), unset),
      ...differ(`staff were told of no mail to ${username}`, told('mail_failed'), unsent),
      ...(address === null
        ? []
        : differ(`the first link was mailed to ${username}`, mailed('set_password'), first)),
    ]
  })
}

function differ(what: string, found: number, wanted: number): readonly string[] {
  return found === wanted ? [] : [`${what} ${found} times instead of ${wanted}`]
}
