import { onTestFinished } from 'vitest'
import {
  type Answer,
  jsonAnswer,
  type ReceivedRequest,
  startServer,
} from '../../infra/local/http-server.ts'

/** A web server of one test that answers as told and remembers what it was asked. */
export interface Stub {
  readonly origin: string
  readonly requests: ReceivedRequest[]
  /** Undefined leaves the request without an answer. */
  answer: (request: ReceivedRequest) => Answer | undefined
}

/** Starts a stub that ends with the test. */
export async function startStub(answer: Stub['answer'] = () => jsonAnswer(200, {})): Promise<Stub> {
  const requests: ReceivedRequest[] = []
  const server = await startServer({
    answer: async (request) => {
      requests.push(request)
      return stub.answer(request)
    },
  })
  const stub: Stub = { origin: server.origin, requests, answer }
  onTestFinished(() => server.stop())
  return stub
}

/** The JSON body of a request. */
export function bodyOf(request: ReceivedRequest | undefined): Record<string, unknown> {
  return JSON.parse(request?.body.toString() ?? 'null')
}

/** The value of a request's header. */
export function headerOf(request: ReceivedRequest | undefined, name: string): string | undefined {
  const headers = request?.rawHeaders ?? []
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? undefined : headers[at + 1]
}
