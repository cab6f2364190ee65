import type { LogFields } from '../lib/ports.ts'

/** A field of every line, or one of those that a line may have. */
export type LogField = 'time' | 'level' | 'event' | keyof LogFields

/** One condition on a line: `is` has the values of which the field has one, `{name}` stands for what is asked for. */
export type Condition =
  | { readonly field: LogField; readonly is: readonly string[] }
  | { readonly field: LogField; readonly atLeast: number }
  | { readonly field: LogField; readonly isThere: true }

/** A question to the log, as data: the text for Logs Insights is made of it, and the local log is read by it. */
export interface LogQuery {
  readonly question: string
  readonly shows: readonly LogField[]
  /** All of them hold. */
  readonly where: readonly Condition[]
}

/** What each field says, in the order of the README's table. */
export const logFields = {
  time: 'when the line was written, UTC',
  level: '`info` or `error`; every `error` is a defect',
  event: '`request`, `task_…` for each run of a task, or what else happened',
  requestId: 'the request; the answer has it as `x-request-id`',
  family: 'group of routes: `community`, `service`, …',
  method: 'of the request',
  route: 'the route, with `{…}` where a path varies',
  status: 'HTTP status of the answer',
  code: 'why a request was refused, as in `lib/failure.ts`',
  account: 'who was signed in; of a task, whom it is about',
  taskId: 'the task; of a request, the one that it started',
  action: 'what the task does',
  lane: '`host` or `post`',
  resource: 'what it works on; tasks of one resource run in order',
  step: 'commands that had been begun when this run was',
  attempt: 'runs before this one that ended in an unexpected way',
  outcome:
    'of a run: `finished`, `failed`, `cancelled` (nobody wants it any more, or Matrix does not give the name), `later`, `parked`, `unreachable`, `stop_lane`, `unfinished`; by hand: `cancelled`, `failed`',
  seconds: 'from the request, or from asking for the task, to this line',
  waitSeconds:
    'from asking for the task to its run, the first since it was stored, tried again by hand or met an absent host',
  runSeconds: 'this run alone',
  reason: 'a sentence: what the host, the mail service or we say about it',
  errorName: 'of an error that nobody foresaw',
  errorText: 'its text; never sent to anybody',
  errorStack: 'where it came from',
} as const satisfies Readonly<Record<LogField, string>>

const run = ['time', 'event', 'taskId', 'action', 'attempt', 'waitSeconds', 'runSeconds'] as const

/** The questions of the README. */
export const logQueries: readonly LogQuery[] = [
  {
    question: "What happened to this person's tasks?",
    shows: [...run, 'reason'],
    where: [
      { field: 'account', is: ['{username}'] },
      { field: 'outcome', isThere: true },
    ],
  },
  {
    question: 'What happened to this task, from the request to the end?',
    shows: [...run, 'requestId', 'account', 'reason'],
    where: [{ field: 'taskId', is: ['{taskId}'] }],
  },
  {
    question: 'What did this request come to?',
    shows: ['time', 'event', 'route', 'status', 'code', 'account', 'taskId', 'errorText'],
    where: [{ field: 'requestId', is: ['{requestId}'] }],
  },
  {
    question: 'Which tasks need staff?',
    shows: ['time', 'taskId', 'action', 'account', 'attempt', 'reason'],
    where: [{ field: 'outcome', is: ['parked', 'stop_lane'] }],
  },
  {
    question: 'Which requests failed through our fault?',
    shows: ['time', 'requestId', 'method', 'route', 'status', 'code', 'seconds'],
    where: [
      { field: 'event', is: ['request'] },
      { field: 'status', atLeast: 500 },
    ],
  },
]

/** The query as Logs Insights reads it. */
export function toInsights({ shows, where }: LogQuery): string {
  return [
    `fields ${shows.map((field) => (field === 'time' ? '@timestamp' : field)).join(', ')}`,
    `filter ${where.map(toCondition).join(' and ')}`,
    'sort @timestamp',
  ].join('\n| ')
}

function toCondition(condition: Condition): string {
  const { field } = condition
  if ('isThere' in condition) return `ispresent(${field})`
  if ('atLeast' in condition) return `${field} >= ${condition.atLeast}`
  const values = condition.is.map((value) => JSON.stringify(value))
  return values.length === 1 ? `${field} = ${values[0]}` : `${field} in [${values.join(', ')}]`
}

/** Whether a line of the log answers a query; `values` are put in for `{name}`. */
export function answersQuery(
  { where }: LogQuery,
  line: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, string>> = {},
): boolean {
  return where.every((condition) => {
    const value = line[condition.field]
    if ('isThere' in condition) return value !== undefined
    if ('atLeast' in condition) return typeof value === 'number' && value >= condition.atLeast
    const wanted = condition.is.map((text) =>
      text.replace(/^\{(\w+)\}$/, (_, name) => values[name] ?? ''),
    )
    return typeof value === 'string' && wanted.includes(value)
  })
}

/** The part of the README about the log. */
export function logSection(): string {
  const rows = Object.entries(logFields).map(([field, meaning]) => `| \`${field}\` | ${meaning} |`)
  const queries = logQueries.flatMap(({ question, ...query }) => [
    '',
    question,
    '',
    '```',
    toInsights({ question, ...query }),
    '```',
  ])
  return ['| field | what it says |', '| --- | --- |', ...rows, ...queries].join('\n')
}
