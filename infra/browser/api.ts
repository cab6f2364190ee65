import type {
  AskerActions,
  Decision,
  DeskAction,
  ManagerActions,
} from '../../lib/pages/registration-actions.ts'
import { codeOfText, type Trouble } from '../../lib/pages/registration-problem.ts'
import type { Credentials } from '../../lib/pages/registration-view.ts'
import type { ApiAnswer, Browser } from './browser.ts'

const patienceMilliseconds = 20_000

/** An answer that is none of the good ones, or none at all. */
class ApiProblem extends Error {
  readonly trouble: Trouble

  constructor(trouble: Trouble) {
    super(`The API answered ${trouble.status}.`)
    this.trouble = trouble
  }
}

/** What was in the way. Anything but an answer of the API is a defect, and flies on. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiProblem) return error.trouble
  throw error
}

/** The asker's actions over HTTP. */
export function askerApi(browser: Browser, credentials: Credentials): AskerActions {
  const call = caller(browser, credentials)
  return {
    read: () => call('GET', ''),
    answer: (text) => call('POST', 'desk/', { action: 'answer', text }),
    complete: (wish) => call('PATCH', '', { matrix_status: 'processing', ...wish }),
    renewPassword: () => call('POST', 'desk/', { action: 'new_password' }),
    withdraw: () => call('DELETE', ''),
  }
}

/** Tells that whoever holds a mailed key reads mail at its address. With another key it does nothing. */
export async function confirmAddress(browser: Browser, credentials: Credentials): Promise<void> {
  const call = caller(browser, credentials)
  await call('POST', 'desk/', { action: 'confirm' }).catch(troubleOf)
}

/** The manager's actions over HTTP. */
export function managerApi(browser: Browser, credentials: Credentials): ManagerActions {
  const call = caller(browser, credentials)
  return {
    read: () => call('GET', ''),
    decide: (decision: Decision) => call('PUT', '', decision),
    atDesk: (action: DeskAction, text?: string) => call('POST', 'desk/', { action, text }),
  }
}

// Omitted credentials: a 401 with a Basic challenge opens no login box (registrations.md), and no cookie goes along.
function caller(browser: Browser, { rid, token }: Credentials) {
  // The API is of the same origin and release as this script, so that its answers have the shapes it was built with.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  return async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await browser
      .fetch(`/registrations/${encodeURIComponent(rid)}/${path}`, {
        method,
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(patienceMilliseconds),
        headers: {
          accept: 'application/json',
          authorization: `Basic ${btoa(`${rid}:${token}`)}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      .catch(() => undefined)
    if (answer === undefined) throw new ApiProblem({ status: 0 })
    if (!answer.ok) throw new ApiProblem(await readTrouble(answer))
    return answer.status === 204 ? undefined : readJson(answer)
  }
}

async function readJson(answer: ApiAnswer): Promise<unknown> {
  return answer.json().catch(() => {
    throw new ApiProblem({ status: 0 })
  })
}

async function readTrouble(answer: ApiAnswer): Promise<Trouble> {
  const body = await answer.json().catch(() => undefined)
  const text = textOf(body)
  const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return {
    status: answer.status,
    text,
    code: text === undefined ? undefined : codeOfText(text),
    retryAfterSeconds: Number.isFinite(wait) ? wait : undefined,
  }
}

/** The sentence of `{"detail"}`, which is a text or a list of `{"loc", "msg", "type"}`. */
function textOf(body: unknown): string | undefined {
  const { detail } = Object(body)
  if (typeof detail === 'string') return detail
  const { msg } = Object(Array.isArray(detail) ? detail[0] : undefined)
  return typeof msg === 'string' ? msg.replace(/^\w+: /, '') : undefined
}
