import type middy from '@middy/core'
import { siteSettings } from '../adapters/settings.ts'
import { jsonLog, systemClock } from '../adapters/system.ts'
import { openPorts, type World } from '../adapters/world.ts'
import { Failure, type FailureCode } from '../failure.ts'
import { chooseLanguage } from '../language/choose.ts'
import type { EndpointDefinition } from './definition.ts'
import { dialects, statusIn } from './dialects.ts'
import type { HttpAnswer, HttpEvent } from './event.ts'
import { familyOfPath } from './family.ts'
import { isPageWanted } from './page-wanted.ts'

type Request = middy.Request<HttpEvent, HttpAnswer>

/** What only comes to light while a request is served, for its line of the log. */
export interface RequestFacts {
  /** Whoever is signed in; never a name that was merely typed. */
  account?: string | undefined
  /** The task that the request has started. */
  taskId?: string | undefined
}

const always = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
}

/**
 * Gives every answer its headers (contracts/README.md), its request id and one log line, and turns
 * what was thrown into the family's error body. What is not a `Failure` is logged and told to nobody.
 */
export function answering(
  definition: EndpointDefinition,
  allowed: readonly FailureCode[],
  { world, facts }: { readonly world: World; readonly facts: RequestFacts },
): middy.MiddlewareObj<HttpEvent, HttpAnswer> {
  const finish = async (request: Request, failure?: Failure) => {
    /* v8 ignore next -- @preserve: there is an answer by now, which middy's types do not know */
    if (!request.response) return
    const { requestId, http } = request.event.requestContext
    request.response.headers = { ...always, ...request.response.headers, 'x-request-id': requestId }
    const { log, clock } = await openPorts({ log: jsonLog, clock: systemClock }, world)
    log.info('request', {
      requestId,
      family: familyOfPath(definition.path),
      method: http.method,
      route: definition.path,
      status: request.response.statusCode,
      code: failure?.code,
      account: facts.account,
      taskId: facts.taskId,
      seconds: (clock.now().getTime() - request.event.requestContext.timeEpoch) / 1000,
    })
  }
  return {
    after: (request) => finish(request),
    onError: async (request) => {
      const failure = await toFailure(request, allowed, world)
      request.response = await render({ definition, failure, event: request.event, world })
      await finish(request, failure)
    },
  }
}

async function toFailure(
  request: Request,
  allowed: readonly FailureCode[],
  world: World,
): Promise<Failure> {
  const { error } = request
  const requestId = request.event.requestContext.requestId
  const { log } = await openPorts({ log: jsonLog }, world)
  if (error instanceof Failure && error.code === 'unavailable') {
    log.info('unavailable', { requestId, reason: String(error.details.cause) })
  }
  if (error instanceof Failure && allowed.includes(error.code)) return error
  // An undeclared code is a defect of ours, but its answer is still the most useful one.
  if (error instanceof Failure) {
    log.error('undeclared_failure', { requestId, code: error.code })
    return error
  }
  log.error('unexpected_error', {
    requestId,
    errorName: error?.name,
    errorText: error?.message,
    errorStack: error?.stack,
  })
  return new Failure('internal')
}

interface Rendering {
  readonly definition: EndpointDefinition
  readonly failure: Failure
  readonly event: HttpEvent
  readonly world: World
}

async function render({ definition, failure, event, world }: Rendering): Promise<HttpAnswer> {
  const { problemPage, dialect } = definition
  const status = statusIn(dialect, failure.code)
  const headers = failureHeaders(failure, definition)
  const style = problemPage && isPageWanted(event) ? await pageStyle(event, world) : undefined
  if (problemPage && style) {
    const reply = problemPage(failure, style)
    return { statusCode: status, headers: { ...reply.headers, ...headers }, body: reply.body }
  }
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(dialects[dialect].render(failure.code, failure.details)),
  }
}

// Undefined where the failure is that the settings are missing: JSON needs none of them.
async function pageStyle(event: HttpEvent, world: World) {
  try {
    const { site } = await openPorts({ site: siteSettings }, world)
    const language = chooseLanguage(event.headers['accept-language']) ?? site.defaultLanguage
    return { language, communityName: site.communityName }
  } catch {
    return undefined
  }
}

function failureHeaders(
  { code, details }: Failure,
  { auth }: EndpointDefinition,
): Record<string, string> {
  const challenge = auth === 'registration' ? 'Basic realm="registration"' : 'Bearer'
  const retryAfter = details.retryAfterSeconds ?? (code === 'unavailable' ? 5 : undefined)
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(details.allow ? { allow: details.allow.join(', ') } : {}),
    ...(code === 'unauthenticated' ? { 'www-authenticate': challenge } : {}),
  }
}
