import { expect, test } from 'vitest'
import * as z from 'zod'
import { functions } from '../../functions/index.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import { Failure } from '../../lib/failure.ts'
import type { EndpointDefinition } from '../../lib/http/definition.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { signedIn } from '../../lib/http/principal.ts'
import { newEvent } from '../support/event.ts'
import { newCollectingLog } from '../support/log.ts'
import { newTestWorld } from '../support/world.ts'

const declared = {
  method: 'GET',
  path: '/x',
  summary: 'Answers',
  auth: 'anyone',
  status: 200,
  output: z.strictObject({ name: z.string() }),
  failures: [],
  dialect: 'community',
  uses: {},
} as const

/** Calls an endpoint that is declared in the test itself. */
async function run(definition: Partial<EndpointDefinition>, body?: object, seconds = 29) {
  const log = newCollectingLog()
  const world = newWorld({}, { log })
  const made = endpoint({
    ...declared,
    handler: () => ({ name: 'x' }),
    ...definition,
  } as EndpointDefinition)
  const event = newEvent({
    method: 'GET',
    path: '/x',
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const answer = await made.run(event, newInvocation(seconds), world)
  return { answer, body: JSON.parse(answer.body || 'null'), log }
}

test('Lambda calls a handler with nothing but event and context', async () => {
  const answer = await functions['service-health'](
    newEvent({ method: 'GET', path: '/health' }),
    newInvocation(29),
  )
  expect(answer).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' })
  expect(answer.headers['x-request-id']).toBe('request-1')
})

test('Lambda calls a worker in the same way', async () => {
  const invoked = functions['workers-mail-feedback']({ Records: [] }, newInvocation(29))
  // This process has none of the settings that a function has.
  await expect(invoked).rejects.toThrow(/Missing or wrong settings: .*SECRETS_PATH/)
})

test('a body that breaks a rule about several fields names none of them', async () => {
  const body = z
    .strictObject({ one: z.string(), other: z.string() })
    .refine(({ one, other }) => one !== other)
  const { answer, body: told } = await run({ method: 'POST', body }, { one: 'a', other: 'a' })
  expect([answer.statusCode, told]).toEqual([
    400,
    { error: 'The request is not valid.', code: 400 },
  ])
})

test('a field that no declaration names never leaves', async () => {
  const { answer, log } = await run({ handler: () => ({ name: 'x', passwordHash: 'secret' }) })
  expect(answer.statusCode).toBe(500)
  expect(answer.body).not.toContain('secret')
  expect(log.unexpectedErrors()).toMatchObject([{ event: 'unexpected_error' }])
})

test('a function that runs out of time says so while it can, and that it may be tried again', async () => {
  const handler = () => new Promise<never>(() => undefined)
  const { answer, body } = await run({ handler, failures: ['unavailable'] }, undefined, 0.6)
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['retry-after']).toBe('5')
  expect(body.error).toContain('look whether it is done')
})

test('a failure that an endpoint does not declare is answered all the same, and logged as a defect', async () => {
  const handler = () => {
    throw new Failure('task_not_changeable')
  }
  const { answer, body, log } = await run({ handler })
  expect([answer.statusCode, body.code]).toEqual([409, 409])
  expect(log.unexpectedErrors()).toMatchObject([
    {
      event: 'undeclared_failure',
      fields: { code: 'task_not_changeable', requestId: 'request-1' },
    },
  ])
})

test('something thrown that is no error at all is 500', async () => {
  const handler = () => {
    throw 'secret'
  }
  const { answer } = await run({ handler })
  expect(answer.statusCode).toBe(500)
  expect(answer.body).not.toContain('secret')
})

const incomplete: ReadonlyArray<readonly [string, Partial<EndpointDefinition>, RegExp]> = [
  ['roles without the ports that check them', { auth: ['staff'] }, /"signer"/],
  ['limits without the ports that count', { limits: ['sign_in'] }, /"database"/],
  [
    'a handler for somebody signed in without roles',
    { handler: ({ principal }) => ({ name: signedIn(principal).username }) },
    /roles/,
  ],
]

test.each(incomplete)('a declaration of %s says so in the log', async (_, definition, text) => {
  const { answer, log } = await run(definition)
  expect(answer.statusCode).toBe(500)
  expect(log.unexpectedErrors()[0]?.fields.errorText).toMatch(text)
})

test('a limit without a subject counts nobody, and one whose number is a setting needs that setting', async () => {
  const { world, log, as } = await newTestWorld()
  log.expectError('unexpected_error')
  const uses = { clock: systemClock, database: mongoDatabase, signer: ringSigner }
  const handler = () => ({ name: 'x' })
  const call = async (definition: Partial<EndpointDefinition>) => {
    const headers = { authorization: `Bearer ${await as('service')}` }
    const made = endpoint({ ...declared, uses, handler, ...definition } as EndpointDefinition)
    return made.run(newEvent({ method: 'GET', path: '/x', headers }), newInvocation(29), world)
  }
  const nobody = await call({ limits: ['create_user', 'reset_request_account'] })
  expect(nobody.statusCode).toBe(200)
  const somebody = await call({ limits: ['create_user'], auth: ['service'] })
  expect(somebody.statusCode).toBe(500)
  const [line] = log.lines.filter(({ level }) => level === 'error')
  expect(line?.fields.errorText).toContain('"tuning"')
})

test('a browser gets a page for an error that nobody foresaw', async () => {
  const broken = { find: () => Promise.reject(new Error('secret')) }
  const { call, log } = await newTestWorld({ overrides: { database: { links: broken } as never } })
  log.expectError('unexpected_error')
  const answer = await call('GET', '/password_reset?token=abc', {
    headers: { accept: 'text/html' },
  })
  expect([answer.status, answer.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8'])
  expect(answer.text).not.toContain('secret')
})
