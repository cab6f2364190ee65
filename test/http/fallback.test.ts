import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fallback } from '../../lib/http/fallback.ts'

const table = [
  { method: 'GET', path: '/', status: 200, media: 'text/html' },
  { method: 'GET', path: '/health', status: 200, media: 'application/json' },
  { method: 'GET', path: '/reset_password', status: 302 },
  { method: 'GET', path: '/tasks/{id}', status: 200, media: 'application/json' },
  { method: 'POST', path: '/tasks/{id}/retry', status: 202, media: 'application/json' },
  { method: 'PUT', path: '/tiers/{name}', status: 200, media: 'application/json' },
  { method: 'DELETE', path: '/tiers/{name}', status: 204 },
]

function answer(method: string, rawPath: string, rawQuery = '') {
  return fallback(table, { method, rawPath, rawQuery })
}

describe('HEAD', () => {
  test.each([
    ['/health', 200, 'application/json'],
    ['/health/', 200, 'application/json'],
    ['/reset_password', 302, undefined],
    ['/tasks/17', 200, 'application/json'],
    ['/', 200, 'text/html'],
  ])('of %s answers like its GET', (path, status, media) => {
    expect(answer('HEAD', path)).toEqual({ kind: 'head', status, media })
  })
})

describe('a method that a path does not answer to', () => {
  test.each([
    ['POST', '/health', ['GET', 'HEAD']],
    ['POST', '/health/', ['GET', 'HEAD']],
    ['GET', '/tiers/starter', ['DELETE', 'PUT']],
    ['HEAD', '/tiers/starter', ['DELETE', 'PUT']],
    ['OPTIONS', '/tasks/17', ['GET', 'HEAD']],
    ['PURGE', '/tasks/17/retry', ['POST']],
  ])('%s %s is refused with those that it does', (method, path, allow) => {
    expect(answer(method, path)).toEqual({ kind: 'method_not_allowed', allow })
  })
})

describe('another spelling is sent to the one that has a route', () => {
  test.each([
    ['//health', '', '/health'],
    ['/HEALTH', 'a=1&b=2', '/health?a=1&b=2'],
    ['///tasks//Ab', '', '/tasks/Ab'],
    ['/TASKS/Ab/Retry/', '', '/tasks/Ab/retry'],
    ['/health/', '', '/health'],
    ['//', '', '/'],
    ['/Tasks/ä b\r\nX: y', '', '/tasks/%C3%A4%20b%0D%0AX:%20y'],
    ['/Tasks/😀%', '', '/tasks/%F0%9F%98%80%25'],
    ['/Health', 'q=\r\nx', '/health?q=%0D%0Ax'],
  ])('%j?%j', (path, query, location) => {
    expect(answer('GET', path, query)).toEqual({ kind: 'redirect', location })
  })

  test('and never to another host', () => {
    const anyPath = fc.array(
      fc.oneof(
        fc.constantFrom('/', '//', '\\', '/\\', '..', 'evil.test', '@', '%2f', ':'),
        fc.string(),
      ),
    )
    const variables = [...table, { method: 'GET', path: '/{name}', status: 200 }]
    fc.assert(
      fc.property(anyPath, fc.string(), (parts, rawQuery) => {
        const request = { method: 'GET', rawPath: `/${parts.join('')}`, rawQuery }
        const decision = fallback(variables, request)
        if (decision.kind !== 'redirect') return
        expect(decision.location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
        expect(new URL(decision.location, 'https://gatehouse.test').host).toBe('gatehouse.test')
      }),
    )
  })
})

test.each(['/nowhere', '/tasks', '/health/more', '/.', '/health%2f'])('%s is nowhere', (path) => {
  expect(answer('GET', path)).toEqual({ kind: 'not_found' })
})

test('a route that the gateway missed for no reason does not redirect to itself', () => {
  expect(answer('GET', '/health')).toEqual({ kind: 'not_found' })
})
