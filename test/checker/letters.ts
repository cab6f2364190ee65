/** Which message is which: mails by their subject, messages to staff by their title and whom they are about. */
import * as chat from '../../lib/mail/chat-messages.ts'
import type { RegistrationMail } from '../../lib/mail/registration-mail.ts'
import { type MailTemplate, renderMail } from '../../lib/mail/templates.ts'
import type { ChatMessage } from '../../lib/ports.ts'
import type { RecordedTask, RunRecord } from './run-record.ts'

/** A message that was sent, or that a task is there for; the same `key` means the same kind and person. */
export interface Letter {
  readonly key: string
  readonly atMs: number
  readonly text: string
  /** What only this one has: the token of its link. */
  readonly mark: string | null
}

const templates = [
  'set_password',
  'reset_password',
  'password_changed',
  'password_refused',
] as const
const languages = ['en', 'de'] as const
const failure = { username: 'a', target: 'matrix', reason: null } as const
const registrationMails: readonly RegistrationMail[] = [
  { template: 'registration_received', link: '', expiresAt: new Date(0) },
  { template: 'registration_already_open', expiresAt: new Date(0) },
  { template: 'registration_address', link: '', expiresAt: new Date(0) },
  { template: 'registration_asked', link: '', expiresAt: new Date(0) },
  { template: 'registration_approved', link: '', expiresAt: new Date(0), note: null },
  { template: 'registration_rejected', expiresAt: new Date(0), note: null },
  { template: 'registration_ready', username: 'a', address: null, matrixId: null },
  { template: 'registration_failed', username: 'a', waitsUntil: new Date(0) },
  { template: 'registration_given_up', username: 'a' },
  { template: 'registration_new', link: '', createdAt: new Date(0), expiresAt: new Date(0) },
  {
    template: 'registration_decided',
    decision: 'approved',
    decidedBy: 'a',
    decidedAt: new Date(0),
    createdAt: new Date(0),
  },
  {
    template: 'registration_undone',
    undoneBy: 'a',
    createdAt: new Date(0),
    expiresAt: new Date(0),
  },
  { template: 'registration_account_failed', ...failure, waitsUntil: new Date(0) },
  { template: 'registration_account_given_up', ...failure },
  { template: 'registration_digest', waiting: 1, oldestAt: new Date(0) },
]

const bySubject = new Map<string, string>(
  languages.flatMap((language) =>
    [...templates.map(sampleOf), ...registrationMails].map((mail) => {
      const site = { communityName: 'A', mailDomain: 'a.example' }
      return [renderMail(mail, { language, site }).subject, mail.template] as const
    }),
  ),
)

function sampleOf(template: (typeof templates)[number]): MailTemplate {
  const person = { username: 'a', displayName: 'A' }
  return template === 'password_changed'
    ? { ...person, template, changedAt: new Date(0) }
    : { ...person, template, link: 'https://a.example/' }
}

/** Everything that was sent. */
export function sentLetters({ mails, chat: posts }: RunRecord): readonly Letter[] {
  const fromMails = mails.map(({ to, subject, text, atMs }) => {
    const template = bySubject.get(subject) ?? subject
    // To whom a letter about a registration goes is sealed in its task.
    const key = isOfRegistration(template) ? `mail ${template}` : `mail ${template} to ${to}`
    return { key, atMs, text, mark: markOf(text) }
  })
  const fromChat = posts.map(({ title, about, atMs }) => {
    return { key: `"${title}" about ${about}`, atMs, text: title, mark: null }
  })
  return [...fromMails, ...fromChat]
}

function isOfRegistration(template: string): boolean {
  return template.startsWith('registration_')
}

function markOf(text: string): string | null {
  const found = /token=([\w-]+)/.exec(text) ?? /#[\w-]+\.([\w-]{43})/.exec(text)
  return found?.[1] ?? null
}

const silent: ReadonlySet<string> = new Set(['announce_registration', 'matrix_register'])

/** Whether a task of lane `post` is there for a message. */
export function isForMessage({ lane, action }: RecordedTask): boolean {
  return lane === 'post' && !silent.has(action)
}

/** The key of the message that a task of lane `post` is there for. */
export function keyOf({ accounts }: RunRecord, { input }: RecordedTask): string {
  const { template, username } = input
  if (typeof template === 'string' && isOfRegistration(template)) return `mail ${template}`
  if (template !== undefined) {
    const to = accounts.find((account) => account.username === username)?.address
    return `mail ${template} to ${to}`
  }
  // What staff heard that day already is not said again.
  if (input['event'] === 'reset_asked_again') return `nothing about ${username}`
  const { title, fields } = messageOf(input)
  return `"${title}" about ${fields[0]?.value}`
}

function messageOf(input: RecordedTask['input']): ChatMessage {
  const text = (name: string) => String(input[name] ?? '')
  const person = { username: text('username'), reason: text('reason') }
  const registration = { rid: text('rid'), template: '', reason: '' }
  const task = { id: text('id'), action: '', resource: '', reason: '' }
  switch (input['event']) {
    case 'account_created':
      return chat.accountCreated({ ...person, displayName: '', discordName: null, createdBy: '' })
    case 'account_failed':
      return chat.accountFailed(person)
    case 'password_refused':
      return chat.passwordRefused(person)
    case 'reset_without_address':
      return chat.resetWithoutAddress(person)
    case 'mail_failed':
      return chat.mailFailed(person)
    case 'registration_new':
      return chat.registrationNew(registration)
    case 'registration_answered':
      return chat.registrationAnswered(registration)
    case 'registration_mail_failed':
      return chat.registrationMailFailed(registration)
    case 'task_parked':
      return chat.taskParked(task)
    case 'task_slow':
      return chat.taskSlow(task)
    default:
      return chat.laneStopped({ lane: input['lane'] === 'post' ? 'post' : 'host', reason: '' })
  }
}
