/**
 * What contracts/README.md promises for every route, on every route that functions/index.ts declares: a new
 * one joins by being declared.
 */
import { describe, expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf } from '../../infra/definitions.ts'
import { dialects } from '../../lib/http/dialects.ts'
import { matchPattern } from '../../lib/http/route-pattern.ts'
import type { CallAnswer } from '../support/call.ts'
import { samples } from '../support/samples.ts'
import { newTestWorld } from '../support/world.ts'

const routes = endpointsOf(functions).map(({ name, definition }) => ({
  name,
  definition,
  method: definition.method,
  path: definition.path.replaceAll(/\{\w+\}/g, 'x'.repeat(22)),
}))
const byName = routes.map((route) => [`${route.method} ${route.definition.path}`, route] as const)
const notRoot = byName.filter(([, { path }]) => path !== '/')
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE']
const paths = [...new Set(routes.map(({ path }) => path))]

test('there are routes to judge', () => {
  expect(routes.length).toBeGreaterThan(10)
})

describe('both spellings of a path answer alike', () => {
  test.each(notRoot)('%s', async (_, { method, path }) => {
    const { call } = await newTestWorld()
    for (const options of [{}, { body: {} }]) {
      const [plain, slashed] = [
        await call(method, path, options),
        await call(method, `${path}/`, options),
      ]
      expect(lasting(slashed)).toEqual(lasting(plain))
    }
  })
})

describe('anything after the slash is nowhere', () => {
  test.each(notRoot)('%s', async (_, { method, path, definition }) => {
    const { call } = await newTestWorld()
    for (const rest of ['/x', '//', '/%2e%2e', '/x/', '/%2f', '/../health', '/;', '/%00']) {
      const answer = await call(method, `${path}${rest}`)
      if (answer.status === 308) {
        expect(answer.headers['location']).toMatch(/^\/(?![/\\])/)
        continue
      }
      expect(answer.status, rest).toBe(404)
      expect(dialects[definition.dialect].schema().safeParse(answer.body).success).toBe(true)
    }
  })
})

describe('a method that a path does not have', () => {
  test.each(paths)('is refused at %s with those that it has', async (path) => {
    const { call } = await newTestWorld()
    // A static path is also one of a pattern's: what it has no route for, that one answers.
    const here = routes.filter(({ definition }) => matchPattern(definition.path, path))
    const known = [...new Set(here.map(({ method }) => String(method)))]
    const allowed = [...known, ...(known.includes('GET') ? ['HEAD'] : [])].sort()
    for (const method of methods.filter((one) => !allowed.includes(one))) {
      const answer = await call(method, path)
      if (isRestOfAnother(method, path)) {
        expect(answer.status, method).toBe(404)
        continue
      }
      expect(answer.status, method).toBe(405)
      expect(answer.headers['allow']).toBe(allowed.join(', '))
      expect(answer.body).toEqual({ error: expect.any(String), code: 405 })
    }
  })
})

// The spelling with a slash at the end is a greedy route: the gateway gives it whatever comes after, which is nowhere.
function isRestOfAnother(method: string, path: string): boolean {
  return routes.some(
    (route) =>
      route.method === method &&
      route.path !== '/' &&
      matchPattern(`${route.definition.path}/{slash+}`, path) !== undefined,
  )
}

describe('HEAD', () => {
  test.each(paths)('of %s has the headers of GET and no body', async (path) => {
    const { call } = await newTestWorld()
    const definition = routes.find(
      (route) => route.path === path && route.method === 'GET',
    )?.definition
    const answer = await call('HEAD', path)
    expect(answer.text).toBe('')
    expect(answer.status).toBe(definition?.status ?? 405)
    if (definition?.media) expect(answer.headers['content-type']).toContain(definition.media)
  })
})

describe('an error that nobody foresaw', () => {
  const secret = 'mongodb://root:hunter2@db.internal/ at /opt/gatehouse/x.ts:1'

  const withPorts = byName.filter(([, { definition }]) => Object.keys(definition.uses).length > 0)

  test.each(withPorts)('is 500 with nothing in it at %s', async (_, route) => {
    const { name, path, method, definition } = route
    const broken = () => {
      throw new TypeError(secret)
    }
    // A port that fails at the first thing that is asked of it.
    const trap: never = new Proxy({} as never, {
      get: (_target, key) => (key === 'then' ? undefined : broken()),
    })
    const ports = Object.keys(definition.uses).filter((port) => port !== 'clock' && port !== 'log')
    const overrides = Object.fromEntries(ports.map((port) => [port, trap]))
    const { call, log } = await newTestWorld({ overrides })
    log.expectError('unexpected_error')
    const body = definition.body && { body: samples[name] }
    const answer = await call(method, definition.query ? `${path}?token=abc` : path, {
      token: 'abc',
      ...body,
    })
    expect(answer.status).toBe(500)
    expect(answer.text).not.toMatch(/hunter2|TypeError|opt/)
    expect(dialects[definition.dialect].schema().safeParse(answer.body).success).toBe(true)
    const [line] = log.lines.filter(({ event }) => event === 'unexpected_error')
    expect(line?.fields).toMatchObject({
      requestId: answer.headers['x-request-id'],
      errorName: 'TypeError',
      errorText: secret,
      errorStack: expect.stringContaining('contract.test.ts'),
    })
  })
})

describe('a setting that is missing', () => {
  const asking = byName.filter(([, { definition }]) =>
    ['site', 'database'].some((port) => port in definition.uses),
  )
  const accepts = ['application/json', 'text/html']

  test.each(asking)(
    'is 500 at %s, and only the log says which',
    async (_, { path, method, definition }) => {
      const gone = 'site' in definition.uses ? 'COMMUNITY_NAME' : 'SECRETS_PATH'
      const world = await newTestWorld()
      delete world.installation.environment[gone]
      world.log.expectError('unexpected_error')
      for (const accept of accepts) {
        const answer = await world.call(method, path, { body: {}, headers: { accept } })
        expect(answer.status, accept).toBe(500)
        expect(answer.text).not.toContain(gone)
      }
      const texts = world.log.lines.map(({ fields }) => fields.errorText ?? '')
      expect(texts.join()).toContain(gone)
    },
  )
})

test('every request is one line of the log, under the id that its answer has', async () => {
  const { call, log } = await newTestWorld()
  const answers = [
    await call('GET', '/health'),
    await call('GET', '/nowhere'),
    await call('POST', '/health'),
  ]
  const lines = log.lines.filter(({ event }) => event === 'request')
  expect(lines.map(({ fields }) => [fields.requestId, fields.status])).toEqual(
    answers.map(({ headers, status }) => [headers['x-request-id'], status]),
  )
  expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(3)
})

/** An answer without what is made anew for each request. */
function lasting({ status, headers, cookies, text }: CallAnswer) {
  const own = ['x-request-id', 'apigw-requestid', 'date']
  const kept = Object.entries(headers).filter(([name]) => !own.includes(name))
  const same = text.replaceAll(
    /"(rid|token|position|created|modified|expires)":[^,}]+/g,
    '"$1":...',
  )
  return { status, headers: Object.fromEntries(kept), cookies, text: same }
}
