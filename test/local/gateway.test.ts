import { afterEach, expect, test } from 'vitest'
import { type GatewayOptions, startGateway } from '../../infra/local/gateway.ts'
import type { HttpEvent } from '../../lib/http/event.ts'
import { newClient } from '../support/call.ts'

const endings: Array<() => Promise<void> | void> = []

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function open(options: Partial<GatewayOptions> = {}) {
  const events: HttpEvent[] = []
  const failures: unknown[] = []
  const gateway = await startGateway({
    routes: [
      { key: 'GET /things/{id}', functionName: 'thing' },
      { key: 'POST /things', functionName: 'thing' },
      { key: '$default', functionName: 'rest' },
    ],
    invoke: async (_name, event) => {
      events.push(event)
      return { statusCode: 200, headers: {}, body: '' }
    },
    onFailure: (error) => failures.push(error),
    ...options,
  })
  const client = newClient(gateway.port)
  endings.push(gateway.stop, client.close)
  return { call: client.call, events, failures }
}

function answering(result: unknown): Partial<GatewayOptions> {
  return { invoke: async () => result }
}

test('an event has the form of payload 2.0', async () => {
  const { call, events } = await open()
  await call('GET', '/things/a%20b?q=1&q=2&z=%20', {
    from: '203.0.113.9, 198.51.100.7',
    headers: { Cookie: 'a=1; b=2', 'X-Two': ['x', 'y'], 'User-Agent': 'probe' },
  })
  const [event] = events
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'GET /things/{id}',
    rawPath: '/things/a%20b',
    rawQueryString: 'q=1&q=2&z=%20',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { q: '1,2', z: ' ' },
    pathParameters: { id: 'a b' },
    isBase64Encoded: false,
    requestContext: {
      stage: '$default',
      routeKey: 'GET /things/{id}',
      requestId: expect.stringMatching(/^[\w-]{15}$/),
      http: {
        method: 'GET',
        path: '/things/a%20b',
        protocol: 'HTTP/1.1',
        sourceIp: '198.51.100.7',
        userAgent: 'probe',
      },
    },
  })
  expect(event?.headers).toMatchObject({ 'x-two': 'x,y' })
  expect(event?.headers).not.toHaveProperty('cookie')
  expect(event).not.toHaveProperty('body')
})

test.each([
  ['application/json', '{"a":1}', '{"a":1}', false],
  ['application/json; charset=utf-8', '{}', '{}', false],
  ['application/x-www-form-urlencoded', 'a=b', 'YT1i', true],
  ['application/octet-stream', 'x', 'eA==', true],
])('a body of %s arrives as AWS would hand it over', async (media, sent, arrives, isEncoded) => {
  const { call, events } = await open()
  await call('POST', '/things', { body: sent, headers: { 'content-type': media } })
  expect(events[0]).toMatchObject({ body: arrives, isBase64Encoded: isEncoded })
})

test.each([
  [{ statusCode: 432, body: 'x' }, 432, 'x'],
  [{ statusCode: 200, body: 'eA==', isBase64Encoded: true }, 200, 'x'],
  [{ oops: 1 }, 200, '{"oops":1}'],
  ['text', 200, 'text'],
  [{ statusCode: 900 }, 500, '{"message":"Internal Server Error"}'],
  [{ statusCode: '200' }, 500, '{"message":"Internal Server Error"}'],
  [{ statusCode: 99 }, 500, '{"message":"Internal Server Error"}'],
])('the result %j is answered with %i', async (result, status, text) => {
  const { call } = await open(answering(result))
  expect(await call('GET', '/things/1')).toMatchObject({ status, text })
})

test('cookies of an answer are sent one by one', async () => {
  const { call } = await open(answering({ statusCode: 204, cookies: ['a=1; HttpOnly', 'b=2'] }))
  expect((await call('GET', '/x')).cookies).toEqual(['a=1; HttpOnly', 'b=2'])
})

test('a function that throws is answered with 500 and told to nobody', async () => {
  const { call, failures } = await open({
    invoke: async () => {
      throw new Error('secret')
    },
  })
  const answer = await call('GET', '/x')
  expect(answer).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' })
  expect(failures).toHaveLength(1)
})

test('a function that takes too long is answered with 503', async () => {
  const { call } = await open({ timeoutSeconds: 0.1, invoke: () => new Promise(() => undefined) })
  const answer = await call('GET', '/x')
  expect(answer).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' })
})

test('what is longer than the quotas never reaches a function', async () => {
  const { call, events } = await open()
  const body = await call('POST', '/things', { body: 'x'.repeat(10 * 1024 * 1024 + 1) })
  const head = await call('GET', '/x', { headers: { long: 'x'.repeat(10_240) } })
  expect([body.status, body.text]).toEqual([413, '{"message":"Request Too Long"}'])
  expect(head.status).toBe(431)
  expect(events).toEqual([])
})

test('without a route and without a default the gateway says 404 itself', async () => {
  const { call } = await open({ routes: [] })
  expect(await call('GET', '/x')).toMatchObject({ status: 404, text: '{"message":"Not Found"}' })
})

const cors = { origins: ['https://join.example'], methods: ['POST'], headers: ['content-type'] }
const preflight = { 'access-control-request-method': 'POST' }

test('a preflight of a known origin is answered by the gateway itself', async () => {
  const { call, events } = await open({ cors })
  const headers = { origin: 'https://join.example', ...preflight }
  const answer = await call('OPTIONS', '/things', { headers })
  expect(answer).toMatchObject({
    status: 204,
    headers: {
      'access-control-allow-origin': 'https://join.example',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
    },
  })
  expect(events).toEqual([])
})

test('a strange origin is permitted nothing', async () => {
  const { call } = await open({ cors })
  const headers = { origin: 'https://evil.example' }
  const asked = await call('OPTIONS', '/things', { headers: { ...headers, ...preflight } })
  const posted = await call('POST', '/things', { headers, body: {} })
  expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
  expect(posted.headers).not.toHaveProperty('access-control-allow-origin')
})

test('without settings no CORS header is ever sent and OPTIONS takes its route', async () => {
  const { call, events } = await open()
  const headers = { origin: 'https://join.example', ...preflight }
  const answer = await call('OPTIONS', '/things', { headers })
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  expect(events).toMatchObject([{ routeKey: '$default' }])
})
