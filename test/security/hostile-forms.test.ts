/** Hostile forms and queries (contracts/README.md, T07) on every declared route that takes one. */
import { describe, expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf } from '../../infra/definitions.ts'
import {
  asBytes,
  bodyRoutes,
  expectNothingHappened,
  expectRefused,
  formOf,
  send,
} from '../support/hostile.ts'
import { newTestWorld } from '../support/world.ts'

describe('a form is refused', () => {
  const forms = bodyRoutes.filter(([, { definition }]) => definition.form)
  const noForms = bodyRoutes.filter(([, { definition }]) => !definition.form)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each(noForms)('at %s, which takes none', async (_, { definition, sample }) => {
    const world = await newTestWorld()
    expectRefused(definition, await send(world, definition, { form: formOf(sample) }), 'form')
  })

  test.each(forms)('at %s, when it is spoilt', async (_, { definition, sample }) => {
    const world = await newTestWorld()
    const [[key = '', value = ''] = []] = Object.entries(formOf(sample))
    const good = new URLSearchParams(formOf(sample)).toString()
    const spoilt = [
      `${good}&${key}=${value}`,
      `${good}&${key}[]=${value}`,
      `${good}&${key}[$gt]=`,
      `${key}[$gt]=`,
      `${good}&__proto__=x`,
      `${good}&constructor=x`,
      `${good}&__proto__[role]=admin`,
      `${good}&unknown=1`,
      `${good}&=`,
      `${good}&${'a'.repeat(8 * 1024)}=1`,
      `${'a=1&'.repeat(2_000)}`,
    ]
    for (const body of spoilt) {
      expectRefused(
        definition,
        await send(world, definition, { body, headers: form }),
        body.slice(-60),
      )
    }
    await expectNothingHappened(world)
  })

  test.each(forms)('at %s, when it is no UTF-8', async (_, { definition }) => {
    const world = await newTestWorld()
    for (const body of [
      asBytes('token=\xff\xfe'),
      'token=%ff%fe',
      'token=%ed%a0%80',
      'token=%',
      'token=%zz',
    ]) {
      expectRefused(
        definition,
        await send(world, definition, { body, headers: form }),
        String(body),
      )
    }
  })

  test.each(forms)('at %s, of more than 8 KiB', async (_, { definition }) => {
    const world = await newTestWorld()
    const answer = await send(world, definition, { form: { token: 'x'.repeat(8 * 1024) } })
    expectRefused(definition, answer, '8 KiB')
    expect(answer.text).toContain('8192')
  })
})

describe('a query is refused', () => {
  const queried = endpointsOf(functions)
    .filter(({ definition }) => definition.query)
    .map(({ definition }) => [definition.path, definition] as const)

  test.each(queried)(
    'at %s, when it names a parameter twice, an unknown or an impossible one',
    async (_, definition) => {
      const world = await newTestWorld()
      const [name] = Object.keys(definition.query?.shape ?? {})
      const spoilt = [
        `${name}=a&${name}=b`,
        `${name}=a&${name}=a`,
        `${name}[]=a`,
        `${name}[$gt]=`,
        '__proto__=x',
        'constructor=x',
        'unknown=1',
        `${name}=${'x'.repeat(5_000)}`,
      ]
      for (const query of spoilt) {
        const answer = await world.call(definition.method, `${definition.path}?${query}`)
        expectRefused(definition, answer, query.slice(0, 60))
      }
    },
  )
})
