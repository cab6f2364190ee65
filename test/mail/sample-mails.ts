import type { MailTemplate } from '../../lib/mail/templates.ts'

/** A link with characters that HTML and URLs care about. */
export const mailedLink = 'https://gate.example.org/password_reset?token=abc-DEF_123&x=1'

/** One of each mail; `text` stands wherever a person chose the words. */
export function sampleMails(text = 'Robin K', link = mailedLink): MailTemplate[] {
  return [...accountMails(text, link), ...askerMails(text, link), ...managerMails(text, link)]
}

const at = new Date('2026-11-20T14:03:00Z')
const expiresAt = new Date('2026-11-22T14:03:00Z')

function accountMails(displayName: string, link: string): MailTemplate[] {
  const person = { username: 'robin.k', displayName }
  return [
    { template: 'set_password', ...person, link },
    { template: 'reset_password', ...person, link },
    { template: 'password_changed', ...person, changedAt: at },
    { template: 'password_refused', ...person, link },
  ]
}

function askerMails(note: string, link: string): MailTemplate[] {
  const account = { address: 'robin@example.org', matrixId: '@robin:example.org' }
  return [
    { template: 'registration_received', link, expiresAt },
    { template: 'registration_already_open', expiresAt },
    { template: 'registration_already_open', link, expiresAt },
    { template: 'registration_address', link, expiresAt },
    { template: 'registration_asked', link, expiresAt },
    { template: 'registration_approved', link, expiresAt, note },
    { template: 'registration_rejected', expiresAt, note },
    { template: 'registration_ready', username: 'robin', ...account, link },
    { template: 'registration_ready', username: 'robin', address: null, matrixId: null },
    { template: 'registration_failed', username: 'robin', waitsUntil: expiresAt, link },
    { template: 'registration_given_up', username: 'robin' },
  ]
}

function managerMails(text: string, link: string): MailTemplate[] {
  const moments = { decidedAt: at, createdAt: at } as const
  const decided = { template: 'registration_decided', decidedBy: text, ...moments } as const
  const failure = { username: 'robin', target: 'yunohost', reason: text } as const
  const failed = { ...failure, template: 'registration_account_failed', waitsUntil: at } as const
  return [
    { template: 'registration_new', link, createdAt: at, expiresAt },
    { ...decided, decision: 'approved' },
    { ...decided, decision: 'rejected' },
    { template: 'registration_undone', undoneBy: text, createdAt: at, expiresAt },
    { ...failed, target: 'matrix' },
    { ...failed, reason: null },
    { ...failure, template: 'registration_account_given_up' },
    { template: 'registration_digest', waiting: 3, oldestAt: at },
  ]
}
