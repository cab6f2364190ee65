import middy from '@middy/core'
import type * as z from 'zod'
import type { Opened, Uses } from '../adapters/adapter.ts'
import { processWorld } from '../adapters/process-world.ts'
import { openPorts, type World } from '../adapters/world.ts'
import { Failure, type FailureCode } from '../failure.ts'
import { chooseLanguage } from '../language/choose.ts'
import { late } from '../late.ts'
import type { Ports } from '../ports.ts'
import { requireRole } from '../sessions/require-role.ts'
import { readBody, readQuery } from './body.ts'
import { basicOf, bearerOf } from './credentials.ts'
import type { DeclaredEndpoint, EndpointDefinition, Fields, RequestContext } from './definition.ts'
import type { HttpAnswer, HttpEvent, InvocationContext } from './event.ts'
import { countRequest, type LimitUses } from './limits.ts'
import { answering, type RequestFacts } from './middleware.ts'
import { isPageWanted } from './page-wanted.ts'
import { type RateClass, rateLimits } from './policy.ts'
import type { Reply } from './reply.ts'

/** An endpoint: what Lambda calls, what infra reads, what tests and the local server run. */
export interface Endpoint {
  (event: HttpEvent, context: InvocationContext): Promise<HttpAnswer>
  readonly definition: EndpointDefinition
  run(event: HttpEvent, context: InvocationContext, world: World): Promise<HttpAnswer>
}

/** Makes an endpoint of its declaration. Every request is checked against it before the handler sees it. */
export function endpoint<
  Params extends Fields | undefined = undefined,
  Query extends Fields | undefined = undefined,
  Body extends Fields | undefined = undefined,
  Output extends z.ZodType | undefined = undefined,
  Used extends Uses = Record<never, never>,
>(declared: DeclaredEndpoint<Params, Query, Body, Output, Used>): Endpoint {
  // The checks below give the handler exactly what its declaration says; the compiler cannot follow that through a table.
  const definition = toDefinition(declared as unknown as DeclaredEndpoint)
  const run = async (event: HttpEvent, context: InvocationContext, world: World) =>
    chain(definition, world)(event, context as never)
  const handler = (event: HttpEvent, context: InvocationContext) =>
    run(event, context, processWorld())
  return Object.assign(handler, { definition, run })
}

/** The declaration with each of its schemas made when it is first looked at. */
function toDefinition(declared: DeclaredEndpoint): EndpointDefinition {
  const params = late(declared.params)
  const query = late(declared.query)
  const body = late(declared.body)
  const output = late(declared.output)
  return {
    ...declared,
    get params() {
      return params()
    },
    get query() {
      return query()
    },
    get body() {
      return body()
    },
    get output() {
      return output()
    },
  }
}

function chain(definition: EndpointDefinition, world: World) {
  const facts: RequestFacts = {}
  const allowed = [...impliedFailures(definition), ...definition.failures]
  return middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: lastWordMs, timeoutEarlyResponse })
    .use(answering(definition, allowed, { world, facts }))
    .handler(async (event) => {
      const uses = await openPorts(definition.uses, world)
      const result = await serve({ definition, uses, facts }, event)
      facts.taskId = taskIdOf(result)
      return toAnswer(definition, result)
    })
}

// Before Lambda ends the function without a word: enough to answer and to write the log line.
const lastWordMs = 500

// Something behind us is too slow, as a database that waits for somebody who is gone.
function timeoutEarlyResponse(): never {
  const text = 'This took too long. Please look whether it is done, then try again.'
  throw new Failure('unavailable', { retryAfterSeconds: 5, text, cause: 'timeout' })
}

/** Failure codes that every endpoint can answer besides its own list, by what its declaration asks for. */
export function impliedFailures(definition: EndpointDefinition): readonly FailureCode[] {
  const codes: FailureCode[] = ['internal', 'not_found']
  if (definition.body ?? definition.query ?? definition.params) codes.push('invalid_input')
  if (definition.body) codes.push('body_too_large')
  if (definition.limits) codes.push('too_many_requests')
  if (definition.auth !== 'anyone') codes.push('unauthenticated')
  if (Array.isArray(definition.auth) || definition.auth === 'registration') codes.push('forbidden')
  if ('database' in definition.uses) codes.push('unavailable')
  return codes
}

interface Serving {
  readonly definition: EndpointDefinition
  readonly uses: Opened<Uses>
  readonly facts: RequestFacts
}

async function serve({ definition, uses, facts }: Serving, event: HttpEvent) {
  const { slash, ...pathParameters } = event.pathParameters ?? {}
  if (slash) throw new Failure('not_found')
  const bearer = bearerOf(event)
  const basic = definition.auth === 'registration' ? basicOf(event) : undefined
  // Before the body is looked at: who brings nothing at all need not learn what is wrong with it.
  if (definition.auth === 'registration' && bearer === undefined && basic === undefined) {
    throw new Failure('unauthenticated')
  }
  const principal = Array.isArray(definition.auth)
    ? await requireRole(uses, bearer, definition.auth)
    : undefined
  facts.account = principal?.username
  const request = {
    params: check(definition.params, pathParameters, 'not_found'),
    query: check(definition.query, definition.query ? readQuery(event) : {}),
    body: definition.body
      ? check(definition.body, readBody(event, definition.form === true))
      : undefined,
  }
  const clientAddress = event.requestContext.http.sourceIp
  const counting = { definition, uses, clientAddress, body: request.body }
  await countClient(counting)
  await countAccount(counting, principal?.username)
  const context: RequestContext = {
    ...request,
    uses,
    principal,
    bearer,
    basic,
    clientAddress,
    language: chooseLanguage(event.headers['accept-language']),
    wantsPage: isPageWanted(event),
    requestId: event.requestContext.requestId,
    request: {
      method: event.requestContext.http.method,
      rawPath: event.rawPath,
      rawQuery: event.rawQueryString,
    },
  }
  return definition.handler(context)
}

function check(schema: Fields | undefined, value: unknown, code: FailureCode = 'invalid_input') {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new Failure(code, code === 'invalid_input' ? wordIssue(result.error.issues[0]) : {})
}

function wordIssue(issue: z.core.$ZodIssue | undefined) {
  if (issue?.code === 'unrecognized_keys') {
    return {
      rule: issue.code,
      text: `There is no field ${JSON.stringify(issue.keys[0]?.slice(0, 64))} here.`,
    }
  }
  const field = issue?.path.map(String).join('.')
  return field ? { field, rule: issue?.code, text: `${field}: ${issue?.message}` } : {}
}

interface Counting {
  readonly definition: EndpointDefinition
  readonly uses: Opened<Uses>
  readonly clientAddress: string
  readonly body: unknown
}

// Clients are counted before anybody is asked who they are, accounts after.
async function countClient(counting: Counting) {
  for (const name of counting.definition.limits ?? []) {
    if (rateLimits[name].countedBy === 'client') await countOne(counting, name, undefined)
  }
}

async function countAccount(counting: Counting, account: string | undefined) {
  for (const name of counting.definition.limits ?? []) {
    if (rateLimits[name].countedBy !== 'client') await countOne(counting, name, account)
  }
}

function countOne({ uses, clientAddress, body }: Counting, name: RateClass, account?: string) {
  const { username } = Object(body)
  return countRequest(limitUses(uses), name, {
    client: clientAddress,
    account,
    username: typeof username === 'string' ? username : undefined,
  })
}

function limitUses(uses: Partial<Ports>): LimitUses {
  const { database, clock, tuning } = uses
  if (!database || !clock) throw new Error('An endpoint with limits uses "database" and "clock".')
  return { database, clock, ...(tuning ? { tuning } : {}) }
}

function toAnswer(definition: EndpointDefinition, result: unknown): HttpAnswer {
  if (isReply(result)) {
    return { statusCode: result.status, headers: { ...result.headers }, body: result.body }
  }
  // Parsing strips every field that the declaration does not name (T18). Without one, only a reply can be given.
  const body = definition.output?.parse(result)
  return {
    statusCode: definition.status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  }
}

function taskIdOf(result: unknown): string | undefined {
  const { task_id: id } = Object(result)
  return typeof id === 'string' ? id : undefined
}

function isReply(result: unknown): result is Reply {
  return (
    typeof result === 'object' && result !== null && 'kind' in result && result.kind === 'reply'
  )
}
