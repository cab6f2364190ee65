/** T09: the address that limits go by is the gateway's word, whatever headers say. */
import { expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newEvent } from '../support/event.ts'
import { newTestWorld } from '../support/world.ts'

const madeUp = (number: number) => ({
  'x-forwarded-for': `10.0.0.${number}, 10.1.0.${number}`,
  'x-real-ip': `10.0.0.${number}`,
  forwarded: `for=10.0.0.${number}`,
  'true-client-ip': `10.0.0.${number}`,
  'cf-connecting-ip': `10.0.0.${number}`,
  'client-ip': `10.0.0.${number}`,
})

test('made up forwarding headers change no bucket', async () => {
  const { world } = await newTestWorld({ now: new Date('2030-01-01T00:00:00Z') })
  const handler = functions['community-request-password-reset']
  const ask = (number: number, sourceIp?: string) => {
    const body = JSON.stringify({ username: `nobody${number}` })
    const event = newEvent({
      method: 'POST',
      path: '/request_password_reset',
      body,
      headers: madeUp(number),
      ...(sourceIp === undefined ? {} : { sourceIp }),
    })
    return handler.run(event, newInvocation(29), world)
  }
  for (let number = 0; number < 10; number += 1) expect((await ask(number)).statusCode).toBe(404)
  expect((await ask(11)).statusCode).toBe(429)
  expect((await ask(12, '192.0.2.2')).statusCode).toBe(404)
})

test('a body in base64 is judged as what it says', async () => {
  const { world } = await newTestWorld()
  const handler = functions['community-request-password-reset']
  const ask = (text: string) => {
    const body = Buffer.from(text).toString('base64')
    const event = newEvent({ method: 'POST', path: '/request_password_reset', body, base64: true })
    return handler.run(event, newInvocation(29), world)
  }
  expect((await ask('{"username":"nobody"}')).statusCode).toBe(404)
  expect((await ask('{"username":{"$gt":""}}')).statusCode).toBe(400)
  expect((await ask(`{"username":"nobody"}${' '.repeat(16 * 1024)}`)).statusCode).toBe(400)
})
