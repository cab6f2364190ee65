import * as z from 'zod'
import { Failure } from '../../failure.ts'
import { once } from '../../late.ts'

/** Where a Matrix server is, and how long one request to it may take. */
export interface MatrixServer {
  readonly url: string
  readonly name: string
  readonly seconds: number
}

/** One request. `purpose` is what errors call it; nothing else of the request gets into them. */
export interface MatrixRequest {
  readonly purpose: string
  readonly method: 'GET' | 'POST'
  /** Path and query below the address of the server. */
  readonly path: string
  readonly authorization?: string
  readonly body?: object
  /** Whether it does no harm to ask at once again when the connection breaks, as one does that was kept too long. */
  readonly isRepeatable?: boolean
}

/** An answer that means something: a success, or a refusal that the server stands by. */
export interface MatrixAnswer {
  readonly status: number
  /** Undefined where it was no JSON, or more than any answer of these takes. */
  readonly body: unknown
}

// What we ask for is answered in less than 2 KB.
const mostBytes = 64 * 1024

/** Asks once. No answer, a redirection, 429 and 5xx are `Failure('unavailable')`, with the seconds that 429 names. */
export async function askMatrix(
  server: MatrixServer,
  request: MatrixRequest,
): Promise<MatrixAnswer> {
  const { response, text } = await exchange(server, request)
  const { status } = response
  const body = parsed(text)
  const isAnswer = (status >= 200 && status < 300) || (status >= 400 && status < 500)
  if (isAnswer && status !== 429) return { status, body }
  throw unavailable(
    `Matrix answered ${status} to ${request.purpose}`,
    status === 429 ? retryAfter(response, body) : undefined,
  )
}

/** The failure of a try that may succeed later. The text is for staff and holds nothing of request or answer. */
export function unavailable(text: string, retryAfterSeconds?: number): Failure {
  return new Failure('unavailable', {
    cause: new Error(text),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** The failure for an answer that is neither what was asked for nor a refusal that we know. */
export function unexpected({ purpose }: Pick<MatrixRequest, 'purpose'>, answer: MatrixAnswer) {
  const code = errorCode(answer.body)
  return unavailable(
    `Matrix answered ${answer.status}${code === undefined ? '' : ` (${code})`} to ${purpose}`,
  )
}

const matrixError = once(() => z.object({ errcode: z.string().regex(/^M_[A-Z_]{1,60}$/) }))

/** The `errcode` of Matrix's standard error (client-server API 1.18, "Standard error response"). */
export function errorCode(body: unknown): string | undefined {
  return matrixError().safeParse(body).data?.errcode
}

// Without the cause, which may quote address or headers.
async function exchange(server: MatrixServer, request: MatrixRequest) {
  try {
    return await exchangeOnce(server, request).catch((error: unknown) => {
      if (!request.isRepeatable || isTimeout(error)) throw error
      return exchangeOnce(server, request)
    })
  } catch {
    throw unavailable(`Matrix does not answer to ${request.purpose}`)
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

// A redirection would take secrets elsewhere.
async function exchangeOnce(server: MatrixServer, request: MatrixRequest) {
  const { method, path, authorization, body } = request
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined || body instanceof URLSearchParams
        ? {}
        : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: toText(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(server.seconds * 1000),
  })
  return { response, text: await readText(response) }
}

function toText(body: object): string | URLSearchParams {
  return body instanceof URLSearchParams ? body : JSON.stringify(body)
}

async function readText({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    // Leaving the loop ends the transfer.
    if (length > mostBytes) return ''
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const limited = once(() => z.object({ retry_after_ms: z.number().positive().max(86_400_000) }))
const seconds = once(() => z.coerce.number().positive().max(86_400))

function retryAfter({ headers }: Response, body: unknown): number | undefined {
  const fromBody = limited().safeParse(body).data?.retry_after_ms
  const fromHeader = seconds().safeParse(headers.get('retry-after')).data
  const longest = fromBody === undefined ? fromHeader : fromBody / 1000
  return longest === undefined ? undefined : Math.ceil(longest)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
