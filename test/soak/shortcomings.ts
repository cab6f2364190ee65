/** What is wrong with a soak besides its record: answers nobody can act on, surprises, and work that never got through. */
import type { RunRecord } from '../checker/run-record.ts'
import type { Step } from './plan.ts'

/** What a soak left to look at. */
export interface Left {
  readonly record: Pick<RunRecord, 'tasks'>
  readonly answers: ReadonlyMap<string, number>
  readonly surprises: number
}

/** One sentence each; nothing for a soak that tested what it planned. */
export function shortcomings(plan: readonly Step[], left: Left): readonly string[] {
  const { surprises, answers, record } = left
  const unforeseen = surprises === 0 ? [] : [`Surprises: ${surprises} errors that nobody foresaw`]
  return [...unforeseen, ...badAnswers(answers), ...neverDone(plan, record)]
}

// Whatever is broken, clients hear of it in a way that they can act on.
function badAnswers(answers: ReadonlyMap<string, number>): readonly string[] {
  const isBad = (name: string) => / (500|502|504|threw)/.test(name)
  return [...answers].flatMap(([name, times]) => (isBad(name) ? [`Answers: ${times} ${name}`] : []))
}

const actionOf: Readonly<Record<string, string>> = {
  create: 'user_create',
  create_without_address: 'user_create',
  set_password: 'user_password',
  update: 'user_update',
  register: 'announce_registration',
  pick: 'matrix_register',
}

function neverDone(plan: readonly Step[], { tasks }: Left['record']): readonly string[] {
  const wanted = new Set(plan.flatMap(({ kind }) => actionOf[kind] ?? []))
  const done = new Set(
    tasks.filter(({ status }) => status === 'finished').map(({ action }) => action),
  )
  return [...wanted]
    .filter((action) => !done.has(action))
    .map((action) => `Reach: no ${action} was ever finished`)
}
