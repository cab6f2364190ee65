import { onTestFinished } from 'vitest'
import { type Answer, type ReceivedRequest, startServer } from '../../infra/local/http-server.ts'

/** What becomes of one request: `instead` of the server, or `after` the server did its work. */
export type Meddling =
  | { readonly instead: Answer | undefined }
  | { readonly after: Answer | undefined }
  | undefined

/** Stands between a client and a web server and can answer in its place. Undefined is no answer at all. */
export interface Meddler {
  readonly url: string
  readonly requests: ReceivedRequest[]
  /** Hears each request and how many came before it. */
  meddle: (request: ReceivedRequest, index: number) => Meddling
}

/** Starts one that lets everything through and ends with the test. */
export async function startMeddler(target: string): Promise<Meddler> {
  const requests: ReceivedRequest[] = []
  const server = await startServer({
    answer: async (request) => {
      const meddling = meddler.meddle(request, requests.push(request) - 1)
      if (meddling && 'instead' in meddling) return meddling.instead
      const answer = await forward(target, request)
      return meddling ? meddling.after : answer
    },
  })
  const meddler: Meddler = { url: server.origin, requests, meddle: () => undefined }
  onTestFinished(() => server.stop())
  return meddler
}

const passedOn = ['authorization', 'content-type']

async function forward(target: string, request: ReceivedRequest): Promise<Answer> {
  const { method, url, rawHeaders, body } = request
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && passedOn.includes(name.toLowerCase())
      ? [[name, rawHeaders[index + 1] ?? '']]
      : [],
  )
  const response = await fetch(`${target}${url}`, {
    method,
    headers: Object.fromEntries(pairs),
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
    redirect: 'manual',
  })
  const retryAfter = response.headers.get('retry-after')
  return {
    status: response.status,
    headers: {
      'content-type': response.headers.get('content-type') ?? 'text/plain',
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    },
    body: Buffer.from(await response.arrayBuffer()),
  }
}
