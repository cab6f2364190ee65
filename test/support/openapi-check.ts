/**
 * Holds every answer that a test gets against what all answers promise: the description at `/openapi.json`,
 * the headers of every answer, and that a refusal tells nothing about our insides.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import { functions } from '../../functions/index.ts'
import { openapiDocument } from '../../infra/docs/document.ts'
import type { Operation } from '../../infra/docs/openapi-types.ts'
import { compareBySpecificity, matchPattern } from '../../lib/http/route-pattern.ts'
import type { Call, CallAnswer } from './call.ts'

const document = openapiDocument(functions, '0.0.0')
const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
ajv.addSchema({ components: document.components }, 'openapi')
const validators = new Map<unknown, ValidateFunction>()

/** The same client, failing the test for every answer that breaks a promise. */
export function checkingCall(call: Call): Call {
  return async (method, path, options) => {
    const answer = await call(method, path, options)
    checkAnswer(method, path, answer)
    return answer
  }
}

/** Fails the test when an answer is undocumented, lacks a header that all have, or tells too much. */
function checkAnswer(method: string, path: string, answer: CallAnswer): void {
  const what = `${method} ${path.slice(0, 200)} -> ${answer.status} ${answer.text.slice(0, 200)}`
  // Answers of the gateway itself: preflights, and what it does not let through to a function.
  if (method === 'OPTIONS' && answer.status === 204) return
  if (answer.status === 413 || answer.status === 431) return
  checkHeaders(what, answer)
  if (answer.status >= 400) checkSilence(what, answer)
  const operation = operationOf(method, path)
  if (operation) checkDocumented(what, operation, { method, answer })
  else expect([404, 405, 308, 500], `undocumented: ${what}`).toContain(answer.status)
}

function checkHeaders(what: string, { headers }: CallAnswer): void {
  expect(headers, what).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': expect.stringMatching(/max-age=\d{8}/),
    'x-request-id': expect.stringMatching(/^[\w=-]{8,}$/),
  })
  if (headers['content-type']?.startsWith('text/html') !== true) return
  expect(headers['content-security-policy'], what).toMatch(
    /default-src 'none'.*frame-ancestors 'none'/,
  )
  expect(headers['content-security-policy'], what).not.toMatch(/unsafe|\*|script-src(?! 'self';)/)
  expect(headers['referrer-policy'], what).toBe('no-referrer')
}

// A stack, a path of the machine, or a word of the parts behind us.
const insides =
  /\n\s+at |node_modules|file:\/\/|\/(?:home|root|work|var|tmp)\/|\w\.[jt]s:\d|mongo|[A-Z]+_[A-Z]+_?[A-Z]*=|ECONN|ZodError/i

function checkSilence(what: string, answer: CallAnswer): void {
  expect(answer.text, what).not.toMatch(insides)
}

interface Judged {
  readonly method: string
  readonly answer: CallAnswer
}

function checkDocumented(what: string, operation: Operation, { method, answer }: Judged): void {
  const response = operation.responses[answer.status]
  expect(response, `status not in /openapi.json: ${what}`).toBeDefined()
  const names = Object.keys(response?.headers ?? {}).map((name) => name.toLowerCase())
  if (method === 'HEAD') return
  for (const name of names.filter((one) => one !== 'retry-after')) {
    expect(answer.headers[name], `header ${name}: ${what}`).toBeDefined()
  }
  const media = (answer.headers['content-type'] ?? '').split(';')[0] ?? ''
  if (response?.content === undefined) {
    expect(answer.text, `body not in /openapi.json: ${what}`).toBe('')
    return
  }
  expect(Object.keys(response.content), `media type not in /openapi.json: ${what}`).toContain(media)
  if (media !== 'application/json') return
  const validate = validatorOf(response.content[media]?.schema)
  const isValid = validate(answer.body)
  expect(isValid, `${ajv.errorsText(validate.errors)}: ${what}`).toBe(true)
}

function validatorOf(schema: object = {}): ValidateFunction {
  const known = validators.get(schema)
  if (known) return known
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')
  const validate = ajv.compile(JSON.parse(text))
  validators.set(schema, validate)
  return validate
}

function operationOf(method: string, path: string): Operation | undefined {
  const [rawPath = '/'] = path.split('?')
  const isHead = method === 'HEAD'
  const hasSlash = rawPath.length > (isHead ? 1 : 2) && rawPath.endsWith('/')
  const plain = hasSlash ? rawPath.slice(0, -1) : rawPath
  const name = (isHead ? 'GET' : method).toLowerCase()
  // As the gateway takes routes: static before variable.
  const [found] = Object.entries(document.paths)
    .filter(([pattern, methods]) => name in methods && matchPattern(pattern, plain) !== undefined)
    .sort(([left], [right]) => compareBySpecificity(left, right))
  return found?.[1][name]
}
