import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../infra/local/free-port.ts'
import { startMailbox } from '../../infra/local/mailbox.ts'
import { sesMailer } from '../../lib/adapters/ses.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { startStub } from './stub.ts'

const mail = {
  to: 'robin@mail.example',
  subject: 'Grüße 🔑',
  text: 'Hällo',
  html: '<p>Hällo</p>',
}

const usualSender = 'gatehouse@lantern.example'

async function openMailer(endpoint: string, sender = usualSender, settings = {}) {
  const environment = {
    MAIL_SENDER: sender,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SES: endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    ...settings,
  }
  return (await openPorts({ mailer: sesMailer }, newWorld(environment))).mailer
}

test('a mail arrives with both its bodies at its one recipient', async () => {
  const mailbox = await startMailbox()
  onTestFinished(() => mailbox.stop())
  const sender = 'ses-test@lantern.example'
  const mailer = await openMailer(mailbox.endpoint, sender)
  const { messageId } = await mailer.send(mail)
  const stored = (await mailbox.mails()).filter(({ from }) => from === sender)
  expect(stored).toEqual([{ ...mail, to: [mail.to], from: sender, messageId }])
})

// T21.
test.each([
  'a@b.example\r\nBcc: x@y.example',
  'a@b.example\n',
  'a@b.example,x@y.example',
  'a@b.example;x@y.example',
  '"a\r\n"@b.example',
  '"a b"@b.example',
  '<a@b.example>',
  'Robin <a@b.example>',
  'group: a@b.example;',
  'a@b.example (robin)',
  'a b@c.example',
  'a@b@c.example',
  'mıke@b.example',
  'a@bücher.example',
  '.a@b.example',
  'a..b@c.example',
  'a@b',
  'a@-b.example',
  'a@[127.0.0.1]',
  '@b.example',
  '',
  `${'a'.repeat(65)}@b.example`,
  `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.example`,
])('%j is no recipient, and nothing is sent', async (to) => {
  const stub = await startStub()
  const mailer = await openMailer(stub.origin)
  await expect(mailer.send({ ...mail, to })).rejects.toMatchObject({
    name: 'DeliveryError',
    kind: 'permanent',
  })
  expect(stub.requests).toEqual([])
})

test('a hostile recipient of 50 kB is refused at once', async () => {
  const mailer = await openMailer('http://127.0.0.1:1')
  const began = performance.now()
  await expect(mailer.send({ ...mail, to: `${'a.'.repeat(25_000)}@` })).rejects.toThrow()
  expect(performance.now() - began).toBeLessThan(2_000)
})

test.each(['Lantern <gatehouse@lantern.example>', "o'neill+x@lantern.example"])(
  '%s can be the sender',
  async (sender) => {
    const stub = await startStub(() => accepted('m1'))
    expect(await (await openMailer(stub.origin, sender)).send(mail)).toEqual({ messageId: 'm1' })
    const sent = new URLSearchParams(stub.requests[0]?.body.toString())
    expect(sent.get('Source')).toBe(sender)
    expect([...sent.keys()].filter((key) => key.startsWith('Destination'))).toEqual([
      'Destination.ToAddresses.member.1',
    ])
  },
)

test.each(['Lantern', 'a@b.example, c@d.example', 'Lantern <a@b.example> x', 'L\n<a@b.example>'])(
  '%j cannot be the sender',
  async (sender) => {
    await expect(openMailer('http://127.0.0.1:1', sender)).rejects.toThrow('MAIL_SENDER')
  },
)

const xml = { 'content-type': 'text/xml' }
const accepted = (id: string) => ({
  status: 200,
  headers: xml,
  body: `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>${id}</MessageId></SendEmailResult></SendEmailResponse>`,
})
const refused = (status: number, code: string) => ({
  status,
  headers: xml,
  body: `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${mail.to} canary</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
})

test.each([
  ['throttling', refused(400, 'Throttling'), 'transient'],
  ['trouble at SES', refused(503, 'ServiceUnavailable'), 'transient'],
  ['trouble without a word', { status: 500, headers: {}, body: '' }, 'transient'],
  ['a sender that is not verified', refused(400, 'MessageRejected'), 'transient'],
  ['a domain that is not ready', refused(400, 'MailFromDomainNotVerifiedException'), 'transient'],
  ['an account that is paused', refused(400, 'AccountSendingPausedException'), 'transient'],
  ['missing rights', refused(403, 'AccessDenied'), 'transient'],
  ['an address that SES refuses', refused(400, 'InvalidParameterValue'), 'permanent'],
  ['an answer that cannot be read', { status: 200, headers: xml, body: '<oops' }, 'ambiguous'],
  ['an answer without an id', accepted(''), 'ambiguous'],
])('%s: one try, and the right kind of error without the address', async (_, answer, kind) => {
  const stub = await startStub(() => answer)
  const error = await failureOf(openMailer(stub.origin))
  expect(error).toMatchObject({ name: 'DeliveryError', kind })
  expect(`${error.stack}${String(error.cause)}`).not.toMatch(/canary|robin@/)
  expect(stub.requests).toHaveLength(1)
})

test('a server that is not there has accepted nothing', async () => {
  const port = await findFreePort()
  expect(await failureOf(openMailer(`http://127.0.0.1:${port}`))).toMatchObject({
    kind: 'transient',
  })
})

test('a name that does not resolve has accepted nothing', async () => {
  expect(await failureOf(openMailer('http://mail.invalid'))).toMatchObject({ kind: 'transient' })
})

test('a line that breaks after the mail was sent leaves it open whether it was accepted', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.resetAndDestroy())
  })
  const port = await findFreePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  expect(await failureOf(openMailer(`http://127.0.0.1:${port}`))).toMatchObject({
    kind: 'ambiguous',
  })
})

test('no answer within the time that is set leaves it open whether the mail was accepted', async () => {
  const stub = await startStub(() => undefined)
  const mailer = openMailer(stub.origin, usualSender, { MAIL_SECONDS: '0.5' })
  expect(await failureOf(mailer)).toMatchObject({ kind: 'ambiguous' })
})

async function failureOf(mailer: ReturnType<typeof openMailer>): Promise<Error> {
  const error = await (await mailer).send(mail).catch((caught: unknown) => caught)
  if (error instanceof Error) return error
  throw new Error('The mail was accepted')
}
