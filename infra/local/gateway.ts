/**
 * Does what an HTTP API of API Gateway does: takes the route, makes the event (payload format 2.0), and makes
 * an answer of what the function returns. It shares the route table with the template, and adds nothing that
 * the real one does not have, so that what would be missing there is missing here too.
 */
import { randomBytes } from 'node:crypto'
import type { HttpEvent, InvocationContext } from '../../lib/http/event.ts'
import { matchRoute, type Route } from '../routes.ts'
import { allowOrigin, answerPreflight, type CorsSettings, isPreflight } from './cors.ts'
import { toAnswer } from './gateway-answer.ts'
import { headersOf, toEvent } from './gateway-event.ts'
import {
  type Answer,
  jsonAnswer,
  type LocalServer,
  type ReceivedRequest,
  startServer,
} from './http-server.ts'
import { InvocationTimeout, newInvocation, withinTime } from './invocation.ts'

/** How the gateway is set up. */
export interface GatewayOptions {
  readonly port?: number
  readonly routes: readonly Route[]
  readonly invoke: (name: string, event: HttpEvent, context: InvocationContext) => Promise<unknown>
  readonly cors?: CorsSettings | undefined
  /** Told about functions that threw or took too long. */
  readonly onFailure?: (error: unknown) => void
  /** The gateway's own limit; functions are given a second less. */
  readonly timeoutSeconds?: number
  readonly now?: () => Date
}

// Quotas of HTTP APIs.
const bodyLimitBytes = 10 * 1024 * 1024
const headLimitBytes = 10_240
const timeoutSecondsByDefault = 30

/** Starts the gateway on 127.0.0.1. */
export function startGateway(options: GatewayOptions): Promise<LocalServer> {
  const { port } = options
  return startServer({ port, bodyLimitBytes, answer: (request) => answer(options, request) })
}

async function answer(options: GatewayOptions, request: ReceivedRequest): Promise<Answer> {
  const requestId = randomBytes(11).toString('base64url')
  const result = await answerWithin(options, request, requestId)
  return { ...result, headers: { ...result.headers, 'apigw-requestid': requestId } }
}

async function answerWithin(
  options: GatewayOptions,
  request: ReceivedRequest,
  requestId: string,
): Promise<Answer> {
  const headers = headersOf(request)
  if (options.cors && isPreflight(request, headers)) return answerPreflight(options.cors, headers)
  const result = refuseTooLong(request) ?? (await route(options, request, requestId))
  return options.cors ? allowOrigin(options.cors, headers, result) : result
}

function refuseTooLong(request: ReceivedRequest): Answer | undefined {
  const { method, url, protocol, rawHeaders, isBodyTooLong } = request
  const values = rawHeaders.filter((_, index) => index % 2 === 1)
  const head = [`${method} ${url} ${protocol}`, ...values].join('')
  if (Buffer.byteLength(head, 'latin1') > headLimitBytes) {
    return jsonAnswer(431, { message: 'Request Header Fields Too Large' })
  }
  return isBodyTooLong ? jsonAnswer(413, { message: 'Request Too Long' }) : undefined
}

async function route(
  options: GatewayOptions,
  request: ReceivedRequest,
  requestId: string,
): Promise<Answer> {
  const { method, url } = request
  const match = matchRoute(options.routes, method, url.split('?')[0] ?? '/')
  if (match === undefined) return jsonAnswer(404, { message: 'Not Found' })
  const now = options.now?.() ?? new Date()
  const event = toEvent(request, { ...match, requestId, now })
  try {
    return toAnswer(await invoke(options, match.functionName, event))
  } catch (error) {
    options.onFailure?.(error)
    return error instanceof InvocationTimeout
      ? jsonAnswer(503, { message: 'Service Unavailable' })
      : jsonAnswer(500, { message: 'Internal Server Error' })
  }
}

function invoke(options: GatewayOptions, functionName: string, event: HttpEvent) {
  const { timeoutSeconds = timeoutSecondsByDefault } = options
  const call = options.invoke(functionName, event, newInvocation(timeoutSeconds - 1))
  return withinTime(call, timeoutSeconds)
}
