import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf } from '../../infra/definitions.ts'
import { newTestWorld } from '../support/world.ts'

test('/health tells that requests are answered, and needs no database for it', async () => {
  const { call, installation } = await newTestWorld()
  installation.setSecret('mongodb-uri', undefined)
  const answer = await call('GET', '/health')
  expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}'])
})

test('/openapi.json describes every route with its status codes', async () => {
  const { call } = await newTestWorld()
  const { body, headers } = await call('GET', '/openapi.json')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(body.openapi).toMatch(/^3\.1\./)
  for (const { definition } of endpointsOf(functions)) {
    const operation = body.paths[definition.path]?.[definition.method.toLowerCase()]
    expect(Object.keys(operation?.responses ?? {}), definition.path).toContain(
      String(definition.status),
    )
    expect(Object.keys(operation?.responses ?? {}), definition.path).toContain('500')
  }
  for (const schema of Object.values(body.components.schemas)) {
    expect(new Ajv2020({ strict: false }).validateSchema(Object(schema))).toBe(true)
  }
})

test('/docs shows every route to a person, with nothing from elsewhere', async () => {
  const { call } = await newTestWorld()
  const { text, headers } = await call('GET', '/docs')
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  for (const { definition } of endpointsOf(functions)) {
    expect(text).toContain(`${definition.method} ${definition.path}`)
  }
  expect(text).not.toMatch(/<script|<iframe|(?:src|href)="(?:https?:)?\/\//)
})

test('the start page and the stylesheet are there, the page in the language of the browser', async () => {
  const { call } = await newTestWorld()
  const page = await call('GET', '/')
  expect(page.text).toContain('lang="en"')
  const german = await call('GET', '/', { headers: { 'accept-language': 'de' } })
  expect(german.text).toContain('lang="de"')
  const style = await call('GET', '/style.css')
  expect(style.headers['content-type']).toBe('text/css; charset=utf-8')
})

test('a browser gets a page for an address that leads nowhere, a program JSON', async () => {
  const { call } = await newTestWorld()
  const page = await call('GET', '/nowhere', {
    headers: { accept: 'text/html,*/*', 'accept-language': 'de' },
  })
  expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(page.text).toContain('lang="de"')
  const json = await call('GET', '/nowhere', { headers: { accept: '*/*' } })
  expect([json.status, json.body]).toEqual([404, { error: expect.any(String), code: 404 }])
})

test('a browser gets a page for whatever is wrong with the address of a mailed link', async () => {
  const { call } = await newTestWorld()
  const headers = { accept: 'text/html' }
  for (const query of ['token=a&token=b', 'unknown=1', `token=${'x'.repeat(600)}`, '__proto__=1']) {
    const answer = await call('GET', `/password_reset?${query}`, { headers })
    expect([answer.status, answer.headers['content-type']]).toEqual([
      400,
      'text/html; charset=utf-8',
    ])
  }
})
