import { expect, test } from 'vitest'
import { type MailTemplate, renderMail } from '../../lib/mail/templates.ts'

const site = { communityName: 'Blåhaj Land', mailDomain: 'example.org' }
const link = 'https://gate.example.org/registrations/status#r1d.t0ken'
const expiresAt = new Date('2026-11-22T14:03:00Z')

function textOf(mail: MailTemplate, language: 'en' | 'de' = 'en') {
  return renderMail(mail, { language, site }).text
}

test('a reason that the manager chose to mail keeps its lines', () => {
  const note = 'The list is full.\r\n\r\nPlease ask again in May.'
  const text = textOf({ template: 'registration_rejected', expiresAt, note })
  expect(text).toContain('The staff wrote:\n\nThe list is full.\n\nPlease ask again in May.')
})

test.each([null, '', ' \n '])('a reason of %j is not announced', (note) => {
  expect(textOf({ template: 'registration_approved', link, expiresAt, note })).not.toContain(
    'wrote',
  )
})

test('a second wish for an address is answered with a link, or with where the link is', () => {
  const wish = { template: 'registration_already_open', expiresAt } as const
  expect(textOf({ ...wish, link })).toContain(link)
  expect(textOf({ ...wish, link })).toContain('until 22 November 2026 at 14:03 UTC')
  expect(textOf(wish)).toContain('in our earlier mail')
})

test('an account that is ready is told by the names that it has, and by no others', () => {
  const ready = { template: 'registration_ready', username: 'robin', address: null } as const
  const text = textOf({ ...ready, matrixId: '@robin:example.org' })
  expect(text).toContain('Hello robin,')
  expect(text).toContain('Username: robin\nMatrix name: @robin:example.org\n')
  expect(text).not.toContain('Mail address')
})

test('a manager is greeted without a name, and told that the link is theirs alone', () => {
  const text = textOf({ template: 'registration_new', link, createdAt: expiresAt, expiresAt }, 'de')
  expect(text).toMatch(/^Hallo,\n/)
  expect(text).toContain('Dieser Link gehört nur dir')
  expect(text).toContain('weil du über Registrierungen bei Blåhaj Land entscheidest')
})

test('the digest counts what waits', () => {
  const digest = { template: 'registration_digest', oldestAt: expiresAt } as const
  expect(textOf({ ...digest, waiting: 1 })).toContain('1 registration has waited')
  expect(textOf({ ...digest, waiting: 3 }, 'de')).toContain('3 Registrierungen warten')
})
