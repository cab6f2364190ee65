import { expect, onTestFinished, test } from 'vitest'
import { startDiscord } from '../../infra/local/discord.ts'

async function open() {
  const discord = await startDiscord()
  onTestFinished(discord.stop)
  const webhook = discord.addWebhook('staff')
  const post = (message: unknown, address = webhook) =>
    fetch(address, { method: 'POST', body: JSON.stringify(message) })
  return { discord, webhook, post }
}

const field = { name: 'n', value: 'v' }

test('a message within the limits is kept and shown', async () => {
  const { discord, post } = await open()
  const message = {
    content: 'x'.repeat(2000),
    embeds: [{ title: 't'.repeat(256), fields: Array.from({ length: 25 }, () => field) }],
    allowed_mentions: { parse: [], roles: ['123'] },
  }
  expect((await post(message)).status).toBe(204)
  expect(discord.messages('staff')).toMatchObject([{ message }])
  const shown = await fetch(`${discord.origin}/messages`)
  expect(await shown.json()).toMatchObject([{ webhook: 'staff', message }])
})

test.each([
  ['content over 2000', { content: 'x'.repeat(2001) }],
  ['a title over 256', { embeds: [{ title: 'x'.repeat(257) }] }],
  ['a field value over 1024', { embeds: [{ fields: [{ name: 'n', value: 'x'.repeat(1025) }] }] }],
  ['an empty field name', { embeds: [{ fields: [{ name: '', value: 'v' }] }] }],
  ['26 fields', { embeds: [{ fields: Array.from({ length: 26 }, () => field) }] }],
  [
    'over 6000 in all',
    { embeds: Array.from({ length: 2 }, () => ({ description: 'x'.repeat(3001) })) },
  ],
  ['unknown mentions', { content: 'x', allowed_mentions: { parse: ['all'] } }],
  ['roles twice', { content: 'x', allowed_mentions: { parse: ['roles'], roles: ['1'] } }],
  ['nothing', {}],
])('%s is refused as Discord refuses it', async (_what, message) => {
  const { discord, post } = await open()
  const answer = await post(message)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    message: expect.any(String),
    code: expect.any(Number),
  })
  expect(discord.messages('staff')).toEqual([])
})

test('an unknown webhook is not found', async () => {
  const { webhook, post } = await open()
  expect((await post({ content: 'x' }, `${webhook}x`)).status).toBe(404)
})

test('it can be told to ask for patience, to break and to be silent', async () => {
  const { discord, webhook, post } = await open()
  discord.setFault('staff', { kind: 'rate_limited', retryAfterSeconds: 1.5 })
  const limited = await post({ content: 'x' })
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2'])
  expect(await limited.json()).toMatchObject({ retry_after: 1.5 })
  discord.setFault('staff', { kind: 'broken' })
  expect((await post({ content: 'x' })).status).toBe(500)
  discord.setFault('staff', { kind: 'silent' })
  const signal = AbortSignal.timeout(200)
  await expect(fetch(webhook, { method: 'POST', body: '{}', signal })).rejects.toThrow()
})
