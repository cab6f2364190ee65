import { feltUntil } from './faults.ts'
import { keyOf, type Letter, sentLetters } from './letters.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** I8: each message comes, comes once unless nobody could know that it had, and says the same when repeated. */
export function messagesOnce(record: RunRecord): readonly string[] {
  const sent = Map.groupBy(sentLetters(record), ({ key }) => key)
  const post = record.tasks.filter(({ lane }) => lane === 'post')
  const wanted = Map.groupBy(post, (task) => keyOf(record, task))
  const keys = new Set([...sent.keys(), ...wanted.keys()])
  const counts = [...keys].flatMap((key) =>
    judge(record, { key, letters: sent.get(key) ?? [], tasks: wanted.get(key) ?? [] }),
  )
  return [...counts, ...forgotten(record)]
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
  const repeats = isMarked ? [...byMark.values()] : letters.length > tasks.length ? [letters] : []
  return [...violations, ...repeats.flatMap((same) => needless(record, key, same))]
}

function unequal(key: string, same: readonly Letter[]): readonly string[] {
  const texts = new Set(same.map(({ text }) => text))
  return texts.size > 1 ? [`${key} was repeated with another text`] : []
}

function needless({ faults }: RunRecord, key: string, same: readonly Letter[]): readonly string[] {
  const times = same.map(({ atMs }) => atMs)
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)]
  // The mailbox knows full seconds only.
  const isExcused = faults.some(
    (fault) =>
      fault.isAmbiguous && fault.beganMs <= lastMs + 1000 && feltUntil(fault) >= firstMs - 1000,
  )
  return same.length > 1 && !isExcused ? [`${key} came ${same.length} times`] : []
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
    const unmade = ends('user_create', ['failed', 'cancelled'])
    const unset = ends('user_password', ['failed', 'cancelled'])
    return [
      ...differ(`staff were told of the account ${username}`, told('account_created'), created),
      ...differ(`staff were told of no account ${username}`, told('account_failed'), unmade),
      ...differ(`staff were told of no password of ${username}`, told('password_refused'), unset),
      ...(address === null
        ? []
        : differ(`the first link was mailed to ${username}`, mailed('set_password'), created)),
    ]
  })
}

function differ(what: string, found: number, wanted: number): readonly string[] {
  return found === wanted ? [] : [`${what} ${found} times instead of ${wanted}`]
}
