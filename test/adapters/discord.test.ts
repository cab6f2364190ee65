import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../infra/local/free-port.ts'
import { type Answer, jsonAnswer } from '../../infra/local/http-server.ts'
import { startParameters } from '../../infra/local/parameters.ts'
import { discordChat } from '../../lib/adapters/discord.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { bodyOf, startStub } from './stub.ts'

const message = { title: 'New account', fields: [{ name: 'Username', value: 'robin' }], ping: true }
const role = '100000000000000001'

async function openChat(webhook: string | undefined, roleId: string | undefined = role) {
  const store = await startParameters()
  onTestFinished(() => store.stop())
  store.set('/gatehouse/test/discord-webhook', webhook)
  const environment = {
    DISCORD_ROLE_ID: roleId,
    SECRETS_PATH: '/gatehouse/test/',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SSM: store.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  }
  return (await openPorts({ chat: discordChat }, newWorld(environment))).chat
}

async function newWebhook(answer: Answer | undefined = { status: 204, headers: {}, body: '' }) {
  const stub = await startStub(() => answer)
  return { stub, webhook: `${stub.origin}/api/webhooks/1/canary` }
}

test('a message calls the role and nobody else', async () => {
  const { stub, webhook } = await newWebhook()
  await (await openChat(webhook)).post(message)
  expect(bodyOf(stub.requests[0])).toEqual({
    content: `<@&${role}>`,
    allowed_mentions: { parse: [], roles: [role] },
    embeds: [{ title: 'New account', fields: [{ name: 'Username', value: 'robin' }] }],
  })
})

test.each([
  ['that is no call', { ...message, ping: false }, role],
  ['of an installation without a role', message, ''],
])('a message %s calls nobody', async (_, posted, roleId) => {
  const { stub, webhook } = await newWebhook()
  await (await openChat(webhook, roleId)).post(posted)
  expect(bodyOf(stub.requests[0])).toMatchObject({ allowed_mentions: { parse: [], roles: [] } })
  expect(bodyOf(stub.requests[0])).not.toHaveProperty('content')
})

// T22: the words themselves are escaped where the message is made; here they cannot call anybody whatever they are.
test.each(['@everyone', '@here', '<@&1>', '[x](http://e)', '```', '||'])(
  '%s stays in a field',
  async (value) => {
    const { stub, webhook } = await newWebhook()
    await (await openChat(webhook)).post({ ...message, fields: [{ name: 'Username', value }] })
    expect(bodyOf(stub.requests[0])).toMatchObject({
      content: `<@&${role}>`,
      allowed_mentions: { parse: [], roles: [role] },
      embeds: [{ fields: [{ value }] }],
    })
  },
)

test('no text is longer than Discord takes, nor empty, nor ends in half an escape', async () => {
  const { stub, webhook } = await newWebhook()
  const long = 'x'.repeat(5000)
  const fields = [
    { name: long, value: long },
    { name: ' ', value: '' },
    { name: 'escapes', value: '\\*'.repeat(1000) },
    { name: 'pairs', value: '🔑'.repeat(1000) },
    ...Array.from({ length: 40 }, (_, index) => ({ name: `f${index}`, value: long })),
  ]
  await (await openChat(webhook)).post({ title: long, fields, ping: true })
  const [embed] = embedsOf(bodyOf(stub.requests[0]))
  expect(embed?.title).toHaveLength(256)
  expect(embed?.fields.slice(0, 2)).toEqual([
    { name: `${'x'.repeat(255)}…`, value: `${'x'.repeat(1023)}…` },
    { name: '–', value: '–' },
  ])
  expect(embed?.fields[2]?.value).toMatch(/^(\\\*)+…$/)
  expect(embed?.fields[3]?.value.isWellFormed()).toBe(true)
  const characters = embed?.fields.reduce(
    (sum, { name, value }) => sum + name.length + value.length,
    256,
  )
  expect(characters).toBeLessThanOrEqual(6000)
})

test.each([
  ['a limit with a fraction in the body', jsonAnswer(429, { retry_after: 1.2 }), 'transient', 2],
  [
    'a limit with a header',
    { status: 429, headers: { 'retry-after': '7' }, body: '' },
    'transient',
    7,
  ],
  ['a limit without a time', jsonAnswer(429, { retry_after: 'canary' }), 'transient', undefined],
  ['trouble at Discord', jsonAnswer(502, {}), 'transient', undefined],
  ['a webhook that is gone', jsonAnswer(404, { message: 'canary' }), 'permanent', undefined],
  ['a message that is refused', jsonAnswer(400, {}), 'permanent', undefined],
  [
    'being sent elsewhere',
    { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    'permanent',
    undefined,
  ],
])('%s: the right kind of error without the address', async (_, answer, kind, seconds) => {
  const { stub, webhook } = await newWebhook(answer)
  const error = await failureOf(webhook)
  expect(error).toMatchObject({ name: 'DeliveryError', kind, retryAfterSeconds: seconds })
  expect(`${error.stack}${String(error.cause)}`).not.toContain('canary')
  expect(stub.requests).toHaveLength(1)
})

test('a chat that is not there is tried again later', async () => {
  const error = await failureOf(`http://127.0.0.1:${await findFreePort()}/canary`)
  expect(error).toMatchObject({ kind: 'transient' })
  expect(error.cause).toBeUndefined()
})

test('a chat that does not answer is given up after 5 seconds', async () => {
  const stub = await startStub(() => undefined)
  const began = performance.now()
  expect(await failureOf(`${stub.origin}/canary`)).toMatchObject({ kind: 'transient' })
  expect(performance.now() - began).toBeLessThan(6500)
})

test.each([
  ['no text', 'canary'],
  ['plain http', 'http://discord.example/canary'],
  ['a file', 'file:///canary'],
  ['missing', undefined],
])('an address that is %s waits for an operator', async (_, webhook) => {
  const error = await failureOf(webhook)
  expect(error).toMatchObject({ kind: 'transient' })
  expect(`${error.stack}`).not.toContain('canary')
})

interface Embed {
  readonly title: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

function embedsOf(body: Record<string, unknown>): readonly Embed[] {
  // What the adapter sent, as the first test of this file shows it.
  return body['embeds'] as readonly Embed[]
}

async function failureOf(webhook: string | undefined): Promise<Error> {
  const error = await (await openChat(webhook)).post(message).catch((caught: unknown) => caught)
  if (error instanceof Error) return error
  throw new Error('The message was accepted')
}

test('an answer that breaks off counts by its status', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 100\r\n\r\nhalf')
    })
  })
  const port = await findFreePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const chat = await openChat(`http://127.0.0.1:${port}/api/webhooks/1/canary`)
  await expect(chat.post(message)).rejects.toMatchObject({
    kind: 'transient',
    message: 'The chat answered 502',
  })
})
