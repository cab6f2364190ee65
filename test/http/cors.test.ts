import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'

const cors = {
  origins: ['https://signup.example'],
  methods: ['GET', 'POST'],
  headers: ['authorization', 'content-type'],
  exposedHeaders: ['x-request-id', 'retry-after'],
  maxAgeSeconds: 600,
}
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization',
}

test('a page of a configured origin may read answers, refusals too', async () => {
  const { call } = await newTestWorld({ cors })
  const headers = { origin: 'https://signup.example' }
  for (const path of ['/health', '/nowhere', '/tasks/x']) {
    const answer = await call('GET', path, { headers })
    expect(answer.headers, path).toMatchObject({
      'access-control-allow-origin': 'https://signup.example',
      'access-control-expose-headers': 'x-request-id,retry-after',
    })
    expect(answer.headers['vary']).toContain('Origin')
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  }
  const asked = await call('OPTIONS', '/create_user', { headers: { ...headers, ...preflight } })
  expect(asked.status).toBe(204)
  expect(asked.headers['access-control-allow-methods']).toBe('GET,POST')
})

test.each([
  'https://signup.example.evil.example',
  'http://signup.example',
  'null',
  'https://evil.example',
])('a page of %s may read nothing', async (origin) => {
  const { call } = await newTestWorld({ cors })
  const answer = await call('GET', '/health', { headers: { origin } })
  expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  const asked = await call('OPTIONS', '/create_user', { headers: { origin, ...preflight } })
  expect(asked.headers['access-control-allow-origin']).toBeUndefined()
})

test('without configured origins no page of another site may read anything', async () => {
  const { call } = await newTestWorld()
  const headers = { origin: 'https://signup.example' }
  const answer = await call('GET', '/health', { headers })
  const asked = await call('OPTIONS', '/create_user', { headers: { ...headers, ...preflight } })
  for (const { headers: own } of [answer, asked]) {
    expect(Object.keys(own).filter((name) => name.startsWith('access-control-'))).toEqual([])
  }
  expect(asked.status).toBe(405)
})
