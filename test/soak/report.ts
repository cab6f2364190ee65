import { invariants } from '../checker/check.ts'
import type { RunRecord } from '../checker/run-record.ts'

/** What a soak came to. */
export interface SoakResult {
  readonly seed: string
  readonly minutes: number
  readonly database: string
  readonly record: RunRecord
  readonly violations: readonly string[]
  /** How often an operation of a kind was answered in a way, such as `create 201`. */
  readonly answers: ReadonlyMap<string, number>
  readonly staff: { readonly resumed: number; readonly retried: number }
  readonly drainedSeconds: number | undefined
  /** Errors that nobody foresaw, from the log. */
  readonly surprises: number
}

/** The verdict for people: a short table, and every violation. */
export function toReport(result: SoakResult): string {
  const { seed, minutes, record, violations, staff, drainedSeconds } = result
  const rows: ReadonlyArray<readonly [string, string]> = [
    ['soak', `${toMinutes(minutes)}, seed ${seed}, ${result.database}`],
    ['operations', sum(result.answers)],
    ['', 'each with the HTTP status of its answer, a refusal with its code behind a slash'],
    ['promises', sum(countBy(record.acknowledgements, ({ path }) => path))],
    ['tasks', sum(countBy(record.tasks, ({ action, status }) => `${action} ${status}`))],
    ['effects', sum(countBy(record.effects, ({ name }) => name))],
    ['messages', `${record.mails.length} mails, ${record.chat.length} to staff`],
    ['faults', sum(countBy(record.faults, ({ name }) => name.split(':')[0] ?? ''))],
    ['staff', `${staff.resumed} lanes resumed, ${staff.retried} tasks retried`],
    ['surprises', `${result.surprises} errors in the log that nobody foresaw`],
    ['drained', drainedSeconds === undefined ? 'not in time' : `in ${Math.ceil(drainedSeconds)} s`],
    ...Object.keys(invariants).map((name) => [name, toVerdict(name, violations)] as const),
  ]
  const table = rows.map(([name, value]) => `${name.padEnd(20)} ${value}`)
  return [...table, ...violations.map((violation) => `- ${violation}`)].join('\n')
}

/** So many minutes, for people. */
export function toMinutes(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

function toVerdict(name: string, violations: readonly string[]): string {
  const broken = violations.filter((violation) => violation.startsWith(name)).length
  return broken === 0 ? 'kept' : `BROKEN ${broken} times`
}

function countBy<Item>(items: readonly Item[], name: (item: Item) => string) {
  const groups = Map.groupBy(items, name)
  return new Map([...groups].map(([key, group]) => [key, group.length] as const))
}

function sum(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((all, one) => all + one, 0)
  const sorted = [...counts].sort(([one], [other]) => one.localeCompare(other))
  const parts = sorted.map(([name, count]) => `${count} ${name}`).join(', ')
  return parts === '' ? '0' : `${total}: ${parts}`
}
