import { type FailureCode, failureEntry } from '../../lib/failure.ts'
import type { EndpointDefinition } from '../../lib/http/definition.ts'
import { dialects, statusIn } from '../../lib/http/dialects.ts'
import { impliedFailures } from '../../lib/http/endpoint.ts'
import type { Content, Response, Schema } from './openapi-types.ts'
import { outputSchema } from './schema.ts'

const text: Schema = { type: 'string' }
const requestId = {
  'X-Request-Id': { description: 'Names this request in the logs.', schema: text },
}
const retryAfter = {
  'Retry-After': { description: 'Whole seconds to wait.', schema: { type: 'integer', minimum: 0 } },
}

/** Every documented answer of an endpoint by status code: its own, its failures and those that all have. */
export function responsesOf(definition: EndpointDefinition): Readonly<Record<string, Response>> {
  const codes = [...new Set([...impliedFailures(definition), ...definition.failures])]
  const byStatus = Object.groupBy(codes, (code) => String(statusIn(definition.dialect, code)))
  const failed = Object.entries(byStatus).map(([status, these = []]) => [
    status,
    failureResponse(definition, Number(status), these),
  ])
  return { [definition.status]: successResponse(definition), ...Object.fromEntries(failed) }
}

/** Name of the component that describes a dialect's error bodies. */
function problemName(dialect: string): string {
  return `${dialect.charAt(0).toUpperCase()}${dialect.slice(1)}Problem`
}

/** Error bodies by dialect, for the document's components. */
export function problemSchemas(): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(dialects).map(([name, { schema }]) => [
      problemName(name),
      outputSchema(schema()),
    ]),
  )
}

function successResponse(definition: EndpointDefinition): Response {
  const content = successContent(definition)
  const location = { Location: { description: 'Where to go on.', schema: text } }
  return {
    description: successText(definition.status),
    headers: definition.status === 302 ? { ...requestId, ...location } : requestId,
    ...(content ? { content } : {}),
  }
}

function successText(status: EndpointDefinition['status']): string {
  const texts = {
    200: 'Done.',
    201: 'Made.',
    202: 'Accepted; the work goes on.',
    204: 'Done, there is nothing to tell.',
    302: 'Go on at another address.',
  }
  return texts[status]
}

function successContent({ output, media, status }: EndpointDefinition): Content | undefined {
  if (status === 204 || status === 302) return undefined
  return {
    ...(output ? { 'application/json': { schema: outputSchema(output) } } : {}),
    ...(media ? { [media]: { schema: media === 'application/json' ? {} : text } } : {}),
  }
}

function failureResponse(
  definition: EndpointDefinition,
  status: number,
  codes: readonly FailureCode[],
): Response {
  const waits = status === 429 || status === 503
  const schema = { $ref: `#/components/schemas/${problemName(definition.dialect)}` }
  return {
    description: codes.map(failureText).join('\n\n'),
    headers: waits ? { ...requestId, ...retryAfter } : requestId,
    content: {
      'application/json': { schema },
      ...(definition.problemPage ? { 'text/html': { schema: text } } : {}),
    },
  }
}

function failureText(code: FailureCode): string {
  const entry = failureEntry(code)
  const number = entry.legacyCode === undefined ? '' : ` (code ${entry.legacyCode})`
  return `${code}${number}: ${entry.text}`
}
