import { expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf } from '../../infra/definitions.ts'
import { dialects } from '../../lib/http/dialects.ts'
import { askAgain } from '../support/again.ts'
import { samples } from '../support/samples.ts'
import { newTestWorld } from '../support/world.ts'

const token = 'A'.repeat(43)

test('without a database every route that needs it says when to come again', async () => {
  const world = await newTestWorld({ isFast: true, lines: ['database'] })
  const staff = await world.as('staff')
  await world.call('POST', '/request_password_reset', { body: { username: 'nobody' } })
  await world.line('database').set({ kind: 'refuse' })
  const routes = endpointsOf(functions).filter(({ definition }) => 'database' in definition.uses)
  const answers = routes.map(async ({ name, definition }) => {
    const path = definition.path.replaceAll(/\{\w+\}/g, 'x'.repeat(22))
    const body = definition.body && { body: samples[name] }
    const query = definition.query ? `?token=${token}` : ''
    const options = { token: staff, headers: { accept: '*/*' }, ...body }
    const answer = await world.call(definition.method, path + query, options)
    expect([answer.status, Number(answer.headers['retry-after']) > 0], name).toEqual([503, true])
    expect(dialects[definition.dialect].schema().safeParse(answer.body).success, name).toBe(true)
  })
  await Promise.all(answers)
  const page = await world.call('GET', `/password_reset?token=${token}`, {
    headers: { accept: 'text/html' },
  })
  expect([page.status, page.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8'])
  await world.line('database').set({ kind: 'pass' })
  const body = { username: 'nobody' }
  const again = await askAgain(() => world.call('POST', '/request_password_reset', { body }))
  expect(again.status).toBe(404)
})

test('without its secrets a route says when to come again', async () => {
  const world = await newTestWorld({ settings: { AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1/' } })
  const body = { username: 'robin', password: 'x' }
  const answer = await world.call('POST', '/login', { body })
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5'])
})
