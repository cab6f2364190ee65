import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { Functions } from '../../infra/definitions.ts'
import { openapiDocument } from '../../infra/docs/document.ts'
import { docsPage } from '../../infra/docs.ts'
import { fakeFunctions } from './fake-functions.ts'

const functions: Functions = {
  ...fakeFunctions({ 'service-health': 'GET /health', 'service-fallback': 'GET /' }),
  'community-create-user': {
    definition: {
      method: 'POST',
      path: '/create_user/{id}',
      summary: 'Asks for <an> account',
      auth: ['service', 'staff'],
      params: z.strictObject({ id: z.string().max(30) }),
      query: z.strictObject({ dry: z.enum(['yes', 'no']).optional() }),
      body: z.strictObject({
        username: z
          .string()
          .min(2)
          .max(30)
          .regex(/^[a-z]+$/),
        list: z.array(z.strictObject({ a: z.int().default(3) })),
      }),
      form: true,
      status: 201,
      output: z.strictObject({ message: z.string() }),
      failures: ['username_taken', 'link_expired'],
      dialect: 'community',
      limits: ['create_user'],
      uses: {},
      handler: () => ({ message: '' }),
    },
  },
  'community-page': {
    definition: {
      method: 'GET',
      path: '/password_reset',
      summary: 'Shows the form',
      auth: 'anyone',
      status: 200,
      media: 'text/html',
      failures: [],
      dialect: 'community',
      problemPage: () => ({ kind: 'reply', status: 400, headers: {}, body: '' }),
      uses: {},
      handler: () => ({ kind: 'reply', status: 200, headers: {}, body: '' }),
    },
  },
}
const document = openapiDocument(functions, '1.2.3')
const creation = document.paths['/create_user/{id}']?.['post']

describe('the document', () => {
  test('has every route once and none for the fallback', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes).toEqual(['get /health', 'post /create_user/{id}', 'get /password_reset'])
  })

  test('lists every status code of a route with its failures', () => {
    expect(Object.keys(creation?.responses ?? {})).toEqual([
      '201',
      '400',
      '401',
      '403',
      '404',
      '410',
      '429',
      '432',
      '500',
    ])
    expect(creation?.responses['410']?.description).toContain('link_expired (code 901)')
    expect(creation?.responses['429']?.headers).toHaveProperty('Retry-After')
  })

  test('asks for a token where the route does', () => {
    expect(creation?.security).toEqual([{ bearer: [] }])
    expect(document.paths['/health']?.['get']?.security).toEqual([])
  })

  test('takes a body as JSON and as a form where both are taken', () => {
    expect(Object.keys(creation?.requestBody?.content ?? {})).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
    ])
  })

  test('names the variables of each path as its parameters', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters = [] } of Object.values(methods)) {
        const named = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
        expect(named).toEqual(variables)
      }
    }
  })

  test('holds only schemas that a validator of draft 2020-12 accepts', () => {
    const ajv = new Ajv2020({ strict: false })
    const schemas = [...schemasIn(document)]
    expect(schemas.length).toBeGreaterThan(5)
    for (const schema of schemas) expect(() => ajv.compile(schema)).not.toThrow()
  })

  test('refers only to components that are there', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)]
    expect(references.length).toBeGreaterThan(0)
    for (const [, name] of references)
      expect(document.components.schemas).toHaveProperty([name ?? ''])
  })

  test('has an operation id only once', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('the page', () => {
  const page = docsPage(document)

  test('has no script, no style of its own and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<script|<style|style=|onload|https?:\/\//)
    expect(page.match(/<link [^>]*>/g)).toEqual(['<link rel="stylesheet" href="/style.css">'])
  })

  test('escapes what the definitions say', () => {
    expect(page).toContain('Asks for &lt;an&gt; account')
  })

  test('has headings in order and every link inside the page leads somewhere', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    expect(levels[0]).toBe(1)
    for (const [index, level] of levels.entries()) {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })

  test('tells fields, rules and answers', () => {
    for (const text of ['POST /create_user/{id}', 'at most 30 characters', '432', 'a</code>']) {
      expect(page).toContain(text)
    }
  })
})

function* schemasIn(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schema' && typeof inner === 'object' && !('$ref' in inner)) yield inner
    else yield* schemasIn(inner)
  }
}
