/** Hostile bodies (contracts/README.md, T07, T25) on every declared route that takes a body. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallOptions } from '../support/call.ts'
import {
  asBytes,
  bodyRoutes,
  expectNothingHappened,
  expectRefused,
  isGood,
  send,
  spoil,
} from '../support/hostile.ts'
import { newTestWorld } from '../support/world.ts'

test.each(bodyRoutes)(
  '%s has a good sample, so that refusals of its spoilt copies mean something',
  (_, route) => {
    const { definition, sample } = route
    expect(definition.body?.safeParse(sample).success).toBe(true)
    expect(Object.keys(definition.body?.shape ?? {}).sort()).toEqual(Object.keys(sample).sort())
  },
)

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const nestedList = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

// JSON texts, because some of them no object can be written as.
const hostileValues = [
  '{"$gt":""}',
  '{"$ne":null}',
  '{"$regex":".*"}',
  '{"$where":"sleep(5000)"}',
  '[]',
  '["victim","attacker"]',
  '{}',
  'null',
  'true',
  '0',
  '-1',
  '1e309',
  nested(1_000),
  nestedList(1_000),
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"toString":"x"}',
]

describe('a field of another type is refused', () => {
  test.each(bodyRoutes)('at %s, each field and each type', async (_, { definition, sample }) => {
    const world = await newTestWorld()
    for (const field of Object.keys(sample)) {
      for (const value of hostileValues) {
        const body = spoil(sample, field, value)
        // Where the field is of that type.
        if (isGood(definition, body)) continue
        const answer = await send(world, definition, { body })
        expectRefused(definition, answer, `${field} = ${value.slice(0, 40)}`)
      }
    }
    await expectNothingHappened(world)
  })
})

describe('a key that cannot be is refused', () => {
  const keys = [
    'unknown',
    '__proto__',
    'constructor',
    'prototype',
    '$gt',
    '$where',
    'username.x',
    'role',
    'isAdmin',
    '',
    'hasOwnProperty',
    'token[$gt]',
  ]

  test.each(bodyRoutes)('at %s, beside good ones', async (_, { definition, sample }) => {
    const world = await newTestWorld()
    for (const key of keys) {
      const body = spoil(sample, key, '{"role":"admin"}')
      expectRefused(definition, await send(world, definition, { body }), key)
      expectRefused(
        definition,
        await send(world, definition, { body: spoil(sample, key, '"x"') }),
        key,
      )
    }
    await expectNothingHappened(world)
    expect(Reflect.get({}, 'role')).toBeUndefined()
  })

  test.each(bodyRoutes)('at %s, where it comes twice', async (_, { definition, sample }) => {
    const world = await newTestWorld()
    for (const [key, value] of Object.entries(sample)) {
      const twice = `${JSON.stringify(sample).slice(0, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`
      const escaped = twice.replace(
        /"(\w)(\w*)":"[^"]*"}$/,
        (_all, first: string, rest: string) =>
          `"\\u00${first.charCodeAt(0).toString(16)}${rest}":"x"}`,
      )
      for (const body of [twice, escaped])
        expectRefused(definition, await send(world, definition, { body }), key)
    }
    await expectNothingHappened(world)
  })
})

const wholes: ReadonlyArray<readonly [string, CallOptions]> = [
  ['nothing', {}],
  ['an empty text', { body: '' }],
  ['no JSON', { body: '{"username": ' }],
  ['two values', { body: '{} {}' }],
  ['a comment', { body: '{/* */}' }],
  ['NaN', { body: '{"username": NaN}' }],
  ['null', { body: 'null' }],
  ['a list', { body: '[]' }],
  ['a text', { body: '"x"' }],
  ['a number', { body: '1e309' }],
  ['a byte order mark alone', { body: '\ufeff' }],
  ['invalid UTF-8', { body: asBytes('{"username":"\xff\xfe"}') }],
  ['an overlong slash', { body: asBytes('{"username":"\xc0\xaf"}') }],
  ['a surrogate as UTF-8', { body: asBytes('{"username":"\xed\xa0\x80"}') }],
  ['UTF-16', { body: new Uint8Array(Buffer.from('{"username":"robin"}', 'utf16le')) }],
  ['objects in objects', { body: nested(1_000) }],
  ['lists in lists', { body: nestedList(7_000) }],
  ['six levels', { body: nested(6) }],
  ['101 keys', { body: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 1])) }],
]
const media = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'text/json',
  'application/json-patch+json',
  '',
]

describe('a whole body is refused', () => {
  test.each(bodyRoutes)('at %s, whatever it is instead of an object', async (_, { definition }) => {
    const world = await newTestWorld()
    for (const [what, options] of wholes) {
      expectRefused(definition, await send(world, definition, options), what)
    }
    await expectNothingHappened(world)
  })

  test.each(bodyRoutes)(
    'at %s, of a media type that is not JSON',
    async (_, { definition, sample }) => {
      const world = await newTestWorld()
      for (const type of media) {
        const options = { body: JSON.stringify(sample), headers: { 'content-type': type } }
        expectRefused(definition, await send(world, definition, options), type)
      }
      await expectNothingHappened(world)
    },
  )

  test.each(bodyRoutes)(
    'at %s, of more than 16 KiB, counted in bytes',
    async (_, { definition, sample }) => {
      const world = await newTestWorld()
      const good = JSON.stringify(sample)
      const body = `${good}${' '.repeat(16 * 1024 - good.length)}`
      const fits = await send(world, definition, { body, token: 'none' })
      expect(fits.text).not.toContain('16384')
      for (const tooMuch of [
        `${body} `,
        `{"a":"${'é'.repeat(8_189)}"}`,
        `{"a":"${'x'.repeat(5_000_000)}"}`,
      ]) {
        const answer = await send(world, definition, { body: tooMuch })
        expectRefused(definition, answer, String(tooMuch.length))
        expect(JSON.stringify(answer.body)).toContain('16384')
      }
    },
  )

  test('past what the gateway takes', async () => {
    const world = await newTestWorld()
    const answer = await world.call('POST', '/login', { body: 'x'.repeat(10 * 1024 * 1024 + 1) })
    expect(answer.status).toBe(413)
  })
})

test('no JSON at all gets a 500, or more than a refusal', async () => {
  const world = await newTestWorld()
  const text = fc.oneof(fc.json({ maxDepth: 7 }), fc.string({ unit: 'binary' }), fc.string())
  const route = fc.constantFrom(...bodyRoutes)
  await fc.assert(
    fc.asyncProperty(route, text, async ([, { definition }], body) => {
      fc.pre(!isGood(definition, body))
      expectRefused(definition, await send(world, definition, { body }), body)
    }),
    { numRuns: 150 },
  )
  await expectNothingHappened(world)
})
