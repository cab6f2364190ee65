import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from './free-port.ts'

/** A request with its whole body. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query as they came, nothing decoded. */
  readonly url: string
  readonly protocol: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** True where the body was longer than allowed; `body` then ends early. */
  readonly isBodyTooLong: boolean
  readonly socketAddress: string
}

/** What goes back. A header with several values is sent several times. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer
}

/** A running server on 127.0.0.1. */
export interface LocalServer {
  readonly origin: string
  readonly port: number
  /** Waits a little for requests that are under way, then ends every connection. */
  stop(): Promise<void>
}

interface ServerOptions {
  readonly port?: number | undefined
  readonly bodyLimitBytes?: number
  /** Never throws. Undefined leaves the request without an answer. */
  readonly answer: (request: ReceivedRequest) => Promise<Answer | undefined>
}

// Above what any of our servers allows, so that they say themselves what is too long.
const headerLimitBytes = 64 * 1024
const patienceMilliseconds = 5_000
const bodyLimitBytesByDefault = 1024 * 1024

/** Starts a server on the wanted port of 127.0.0.1, or on another one where that is taken. */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const { answer, bodyLimitBytes = bodyLimitBytesByDefault } = options
  const pending = new Set<Promise<void>>()
  const server = createServer({ maxHeaderSize: headerLimitBytes }, (request, response) => {
    const work = (async () => {
      const received = await receive(request, bodyLimitBytes).catch(() => undefined)
      const result = received && (await answer(received))
      if (result) send(response, result)
    })()
    pending.add(work)
    void work.finally(() => pending.delete(work))
  })
  const port = await findFreePort(options.port)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      const patience = sleep(patienceMilliseconds, undefined, { ref: false })
      await Promise.race([Promise.all(pending), patience])
      server.closeAllConnections()
      await closed
    },
  }
}

async function receive(request: IncomingMessage, limitBytes: number): Promise<ReceivedRequest> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    length += part.length
    // The rest is read and dropped, so that the client hears the answer.
    if (length <= limitBytes) parts.push(part)
  }
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    protocol: `HTTP/${request.httpVersion}`,
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(parts),
    isBodyTooLong: length > limitBytes,
    socketAddress: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value])
  }
  response.end(body)
}

/** An answer in JSON. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const media = { 'content-type': 'application/json' }
  return { status, headers: { ...media, ...headers }, body: JSON.stringify(body) }
}
