import { describe, expect, test } from 'vitest'
import { matchRoute, routeTable } from '../../infra/routes.ts'
import { fakeFunctions } from './fake-functions.ts'

const functions = fakeFunctions({
  'service-start': 'GET /',
  'service-health': 'GET /health',
  'service-fallback': 'GET /',
  'community-create-user': 'POST /create_user',
  'community-read-task': 'GET /tasks/{id}',
  'community-read-newest-task': 'GET /tasks/newest',
  'community-list-tasks': 'GET /tasks',
  'community-retry-task': 'POST /tasks/{id}/retry',
})
const table = routeTable(functions)

describe('the table', () => {
  test('has two spellings of each path, one of the root and one default', () => {
    expect(table.map(({ key }) => key)).toEqual([
      'GET /',
      'GET /health',
      'GET /health/{slash+}',
      'POST /create_user',
      'POST /create_user/{slash+}',
      'GET /tasks/{id}',
      'GET /tasks/{id}/{slash+}',
      'GET /tasks/newest',
      'GET /tasks/newest/{slash+}',
      'GET /tasks',
      'GET /tasks/{slash+}',
      'POST /tasks/{id}/retry',
      'POST /tasks/{id}/retry/{slash+}',
      '$default',
    ])
  })

  test('has no key that ends in a slash', () => {
    expect(table.filter(({ key }) => /.\/$/.test(key) && key !== 'GET /')).toEqual([])
  })
})

describe('a request takes', () => {
  test.each([
    ['GET', '/', 'GET /', {}],
    ['GET', '/health', 'GET /health', {}],
    ['GET', '/health/', 'GET /health/{slash+}', { slash: '' }],
    ['GET', '/health/more', 'GET /health/{slash+}', { slash: 'more' }],
    ['GET', '/health//', 'GET /health/{slash+}', { slash: '/' }],
    ['GET', '/tasks/newest', 'GET /tasks/newest', {}],
    ['GET', '/tasks/17', 'GET /tasks/{id}', { id: '17' }],
    ['GET', '/tasks/17/', 'GET /tasks/{id}/{slash+}', { id: '17', slash: '' }],
    ['GET', '/tasks/', 'GET /tasks/{slash+}', { slash: '' }],
    ['GET', '/tasks/17/retry', 'GET /tasks/{id}/{slash+}', { id: '17', slash: 'retry' }],
    ['GET', '/tasks/newest/x', 'GET /tasks/newest/{slash+}', { slash: 'x' }],
    ['GET', '/tasks/a%20b%2Fc', 'GET /tasks/{id}', { id: 'a b/c' }],
    ['GET', '/tasks/a+b', 'GET /tasks/{id}', { id: 'a+b' }],
    ['GET', '/tasks/%zz', 'GET /tasks/{id}', { id: '%zz' }],
    ['POST', '/tasks/17/retry', 'POST /tasks/{id}/retry', { id: '17' }],
    ['POST', '/tasks//retry', '$default', {}],
    ['GET', '//health', '$default', {}],
    ['GET', '/Health', '$default', {}],
    ['HEAD', '/health', '$default', {}],
    ['POST', '/health', '$default', {}],
    ['GET', '/nowhere', '$default', {}],
  ])('%s %s the route %s', (method, path, routeKey, pathParameters) => {
    expect(matchRoute(table, method, path)).toMatchObject({ routeKey, pathParameters })
  })

  test('nothing where there is no default', () => {
    expect(matchRoute([], 'GET', '/health')).toBeUndefined()
  })
})
