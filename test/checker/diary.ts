import type { CallAnswer, CallOptions } from '../support/call.ts'
import type { Acknowledgement, RecordedFault, RegistrationWord, RunRecord } from './run-record.ts'

/** A request with its answer and the time that it took. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly options: CallOptions
  readonly answer: CallAnswer
  readonly askedMs: number
  readonly answeredMs: number
}

/** What clients and the scenario itself know of a run. */
export interface Diary {
  readonly acknowledgements: Acknowledgement[]
  readonly polls: RunRecord['polls']
  readonly registrationWords: RegistrationWord[]
  readonly faults: RecordedFault[]
  readonly secrets: RunRecord['secrets']
  /** Which token was good for which task: from then on "not found" is an answer about the task. */
  readonly readers: Set<string>
}

/** A diary without a line. */
export function newDiary(): Diary {
  return {
    ...{ acknowledgements: [], polls: [], registrationWords: [] },
    ...{ faults: [], secrets: [], readers: new Set() },
  }
}

// Shorter ones are found in every text.
const shortestSecret = 8

/** Writes down a secret once. */
export function noteSecret(diary: Diary, name: string, value: unknown, taskId?: string): void {
  if (typeof value !== 'string' || value.length < shortestSecret) return
  const isKnown = diary.secrets.some(
    (one) => one.value === value && one.taskId === (taskId ?? null),
  )
  if (!isKnown) diary.secrets.push({ name, value, taskId: taskId ?? null })
}

/** Writes down what a request and its answer tell: promises, states of tasks, and secrets. */
export function noteExchange(diary: Diary, exchange: Exchange): void {
  const { options, answer, path } = exchange
  const fields = fieldsOf(options)
  const taskId = taskIdIn(answer)
  noteSecret(diary, 'a bearer token', options.token)
  noteSecret(diary, 'an access token', answer.body?.access_token)
  noteSecret(diary, "a task's token", answer.body?.task_token)
  noteSecret(diary, "a link's token", fields['token'])
  noteSecret(diary, 'a password', fields['password'])
  noteSecret(diary, 'a new password', fields['new_password'], taskId)
  notePoll(diary, exchange)
  noteRegistration(diary, exchange)
  const isReset = path === '/request_password_reset' && answer.status === 200
  if (exchange.method !== 'POST' || (taskId === undefined && !isReset)) return
  const { askedMs, answeredMs } = exchange
  const username = typeof fields['username'] === 'string' ? fields['username'] : null
  const isPromise = answer.status >= 200 && answer.status < 300
  if (isPromise)
    diary.acknowledgements.push({ path, username, taskId: taskId ?? null, askedMs, answeredMs })
}

function fieldsOf({ body, form }: CallOptions): Readonly<Record<string, unknown>> {
  const isObject = typeof body === 'object' && body !== null && !(body instanceof Uint8Array)
  return { ...(isObject ? body : {}), ...form }
}

// A browser's form gets a page, which asks again by a hidden field.
function taskIdIn({ body, text }: CallAnswer): string | undefined {
  return body?.task_id ?? /name="task_id" value="([\w-]{22})"/.exec(text)?.[1]
}

function notePoll({ polls, readers }: Diary, exchange: Exchange): void {
  const { method, path, answer, askedMs, answeredMs, options } = exchange
  const taskId = /^\/tasks\/([\w-]{22})$/.exec(path)?.[1]
  if (method !== 'GET' || taskId === undefined) return
  const reader = `${taskId} ${options.token}`
  const times = { askedMs, answeredMs }
  if (answer.status === 200) polls.push({ taskId, status: answer.body.status, ...times })
  if (answer.status === 404 && readers.has(reader))
    polls.push({ taskId, status: 'missing', ...times })
  if (answer.status === 200) readers.add(reader)
}

const wordKinds: ReadonlyMap<string, RegistrationWord['kind']> = new Map([
  ['POST', 'taken'],
  ['PUT', 'decided'],
  ['PATCH', 'picked'],
  ['GET', 'seen'],
])

function noteRegistration(diary: Diary, exchange: Exchange): void {
  const { method, path, options, answer, askedMs, answeredMs } = exchange
  const { headers: { authorization = '' } = {} } = options
  const [, token] = Buffer.from(String(authorization).slice('Basic '.length), 'base64')
    .toString()
    .split(':')
  noteSecret(diary, "a registration's token", token)
  const kind = wordKinds.get(method)
  const isOfOne = /^\/registrations\/([\w-]{22}\/)?$/.test(path)
  if (!isOfOne || kind === undefined || answer.status >= 300) return
  const { rid, username, status, matrix_status, account_status, ...secrets } = answer.body
  noteSecret(diary, "a registration's token", secrets.token)
  noteSecret(diary, "a registration's password", secrets.password)
  diary.registrationWords.push({
    ...{ rid, kind, status, askedMs, answeredMs, username: username || null },
    ...{ matrixStatus: matrix_status, accountStatus: account_status },
  })
}

/** What a fault may leave behind, besides a delay. */
export type FaultMarks = Partial<Omit<RecordedFault, 'name' | 'beganMs' | 'endedMs'>>

/** The marks of a fault of what stands behind a line. */
export function marksOfLine(name: string): FaultMarks {
  const isDatabase = name === 'database'
  return {
    isAmbiguous: isDatabase || name === 'mail' || name === 'discord',
    mayAbandon: isDatabase,
  }
}

/** The marks of the sudden end of a worker. */
export const marksOfKill: FaultMarks = { isAmbiguous: true, mayAbandon: true, isSudden: true }

const refusals: ReadonlySet<string> = new Set(['refuse_text', 'refuse_password', 'raise'])
// These make a command slow, or its output strange, and nothing else.
const gentle: ReadonlySet<string> = new Set(['delay', 'print', 'noise', 'lock_held', 'slapd_down'])

/** The marks of what a host does wrong, by the stand-in's names. */
export function marksOfHost(names: readonly string[]): FaultMarks {
  return {
    mayRefuse: names.some((name) => refusals.has(name)),
    mayPark: names.some((name) => !gentle.has(name)),
  }
}

/** The marks of a fault that leaves nothing but a delay. */
export const harmless = {
  ...{ isAmbiguous: false, mayAbandon: false, isSudden: false },
  ...{ mayRefuse: false, mayPark: false },
} as const

/** Begins a fault that lasts until the returned function is called. */
export function beginFault(diary: Diary, name: string, marks: FaultMarks = {}): () => void {
  const times = { beganMs: Date.now(), endedMs: null }
  const fault: RecordedFault = { name, ...times, ...harmless, ...marks }
  diary.faults.push(fault)
  return () => {
    fault.endedMs ??= Date.now()
  }
}
