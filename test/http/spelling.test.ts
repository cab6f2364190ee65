import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fallback } from '../../lib/http/fallback.ts'
import { respell } from '../../lib/http/route-pattern.ts'
import { newTestWorld } from '../support/world.ts'

test.each([
  ['//health', '/health'],
  ['/HEALTH', '/health'],
  ['//reset_password?token=a%26b', '/reset_password?token=a%26b'],
  ['/Tasks/AbC', '/tasks/AbC'],
])('%s is sent to %s', async (path, location) => {
  const { call } = await newTestWorld()
  const answer = await call('GET', path)
  expect(answer).toMatchObject({ status: 308, headers: { location }, text: '' })
})

test.each([
  '//evil.example',
  '///evil.example/health',
  '//evil.example//health',
  '/\\evil.example',
  '/%5cevil.example',
  '/%2f%2fevil.example',
  '//evil.example/%2e%2e/health',
  '/tasks//evil.example',
  '//tasks/%2f%2fevil.example',
  '/Tasks/%0d%0aLocation:%20https:%2f%2fevil.example',
  '/health;//evil.example',
])('%s leads to no other host', async (path) => {
  const { call } = await newTestWorld()
  const answer = await call('GET', path, { headers: { host: 'evil.example' } })
  expect([308, 400, 401, 404]).toContain(answer.status)
  staysHere(answer.headers['location'])
})

test('no path leads to another host', async () => {
  const { call } = await newTestWorld()
  const part = fc.constantFrom(
    '/',
    '//',
    '%5c',
    '%2F',
    '..',
    'evil.example',
    '@',
    ':',
    'health',
    'TASKS',
    '?',
    '%',
    '%00',
    '%ff',
    '%e2%80%ae',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 8 }),
      fc.constantFrom('GET', 'HEAD', 'POST'),
      async (parts, method) => {
        const answer = await call(method, `/${parts.join('')}`)
        expect(answer.status).not.toBe(500)
        staysHere(answer.headers['location'])
      },
    ),
    { numRuns: 150 },
  )
})

test('the more exact of two routes gives the spelling', () => {
  const fact = { method: 'GET', status: 200 }
  const table = [
    { ...fact, path: '/tiers/{name}' },
    { ...fact, path: '/tiers/free' },
  ]
  const request = { method: 'GET', rawPath: '/TIERS/FREE', rawQuery: '' }
  expect(fallback(table, request)).toEqual({ kind: 'redirect', location: '/tiers/free' })
})

function staysHere(location: string | undefined) {
  if (location === undefined) return
  expect(location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/)
  expect(new URL(location, 'https://gatehouse.example').origin).toBe('https://gatehouse.example')
}

test('a variable stands for something', () => {
  expect(respell('/tasks/{id}', '/Tasks/AbC')).toBe('/tasks/AbC')
  expect(respell('/tasks/{id}', '/Tasks/')).toBeUndefined()
})
