import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as a test writes it. */
export interface CallOptions {
  /** Sent as JSON; a string or bytes are sent as they are. */
  readonly body?: unknown
  /** Sent as a browser's form. */
  readonly form?: Readonly<Record<string, string>>
  /** Join or replace the headers that go with the body. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Access token or task token. */
  readonly token?: string
  /** The client's address; without one it is the same for every call. */
  readonly from?: string
}

/** An answer as a client sees it. */
export interface CallAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly cookies: readonly string[]
  readonly text: string
  /** The body where it is JSON, else undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in its assertions.
  readonly body: any
}

/** Sends one request; the path goes out exactly as it is written. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<CallAnswer>

const usualClient = '192.0.2.1'

/** A client of the gateway on this port. */
export function newClient(port: number, keepAlive = true): { readonly call: Call; close(): void } {
  const agent = new Agent({ keepAlive })
  const call: Call = async (method, path, options = {}) => {
    const { headers, body } = toParts(options)
    const answer = await send({ agent, port, method, path, headers, body })
    const answerHeaders = Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ])
    const content = await text(answer)
    return {
      status: answer.statusCode ?? 0,
      headers: Object.fromEntries(answerHeaders),
      cookies: answer.headers['set-cookie'] ?? [],
      text: content,
      body: parse(content),
    }
  }
  return { call, close: () => agent.destroy() }
}

function toParts({ body, form, headers, token, from = usualClient }: CallOptions) {
  const media = form ? 'application/x-www-form-urlencoded' : 'application/json'
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body === undefined
  const json = isRaw ? body : JSON.stringify(body)
  const content = form ? new URLSearchParams(form).toString() : json
  return {
    body: content,
    headers: {
      'x-forwarded-for': from,
      ...(content === undefined ? {} : { 'content-type': media }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
  }
}

interface Sending {
  readonly agent: Agent
  readonly port: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array | undefined
}

function send({ body, headers, ...rest }: Sending) {
  return new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const own = {
      ...headers,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    }
    const outgoing = request({ host: '127.0.0.1', headers: own as never, ...rest }, resolve)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
