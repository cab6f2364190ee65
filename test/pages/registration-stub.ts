import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { browserScript } from '../../infra/browser-script.ts'
import { scriptedPage } from '../../lib/http/reply.ts'
import { keyPage } from '../../lib/pages/registration-layout.ts'
import type { AskerView, ManagerView } from '../../lib/pages/registration-view.ts'
import { stylesheet } from '../../lib/pages/stylesheet.ts'
import { samplePlaces } from './sample-registration-pages.ts'

/** What the stub was asked: everything that a log could hold, and what it must not. */
export interface AskedOf {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly cookie: string | undefined
  readonly referer: string | undefined
  readonly body: unknown
}

/** An answer to the next request of this method. */
interface Planned {
  readonly method: string
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The pages with a stub of the API behind them: it answers what the test puts there. */
export interface Stub {
  readonly origin: string
  registration: AskerView | ManagerView
  readonly asked: AskedOf[]
  /** Requests that change something, as method and body. */
  changes(): readonly (readonly [string, unknown])[]
  plan(answer: Planned): void
}

const scripts = { status: browserScript('status'), decide: browserScript('decision') } as const

/** Starts a stub for one test. */
export async function startStub(
  registration: Stub['registration'],
  language: 'en' | 'de' = 'en',
): Promise<Stub> {
  const planned: Planned[] = []
  const asked: AskedOf[] = []
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const stub: Stub = {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    registration,
    asked,
    changes: () =>
      asked
        .filter(({ method, body }) => method !== 'GET' && Object(body).action !== 'confirm')
        .map(({ method, body }) => [method, body] as const),
    plan: (next) => planned.push(next),
  }
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return stub

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const page = /^\/registrations\/(status|decide)(\.js)?$/.exec(url)
    if (url === '/style.css') {
      response.setHeader('content-type', 'text/css').end(stylesheet)
      return
    }
    if (page !== null && method === 'GET') return sendPage(page, response)
    if (!url.startsWith('/registrations/')) {
      response.writeHead(404).end()
      return
    }
    asked.push(await toAsked(request))
    const index = planned.findIndex((one) => one.method === method)
    const [own] = index < 0 ? [] : planned.splice(index, 1)
    const { status, body, headers } = own ?? { status: 200, body: stub.registration, headers: {} }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }

  async function sendPage([, name, script]: RegExpExecArray, response: ServerResponse) {
    const isStatus = name === 'status'
    if (script) {
      response.setHeader('content-type', 'text/javascript')
      response.end(await scripts[isStatus ? 'status' : 'decide'])
      return
    }
    const style = { language, communityName: 'Blåhaj Land' }
    const html = keyPage(isStatus ? 'status' : 'decision', style, samplePlaces)
    const reply = scriptedPage(html)
    response.writeHead(reply.status, reply.headers).end(reply.body)
  }
}

async function toAsked(request: IncomingMessage): Promise<AskedOf> {
  const { method = '', url = '', headers } = request
  const body = await text(request)
  return {
    method,
    url,
    authorization: headers.authorization,
    cookie: headers.cookie,
    referer: headers.referer,
    body: parse(body),
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
