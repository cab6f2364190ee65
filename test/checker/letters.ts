/** Which message is which: mails by their subject, messages to staff by their title and whom they are about. */
import * as chat from '../../lib/mail/chat-messages.ts'
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

const bySubject = new Map<string, string>(
  languages.flatMap((language) =>
    templates.map((template) => {
      const site = { communityName: 'A', mailDomain: 'a.example' }
      return [renderMail(sampleOf(template), { language, site }).subject, template] as const
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
    const key = `mail ${bySubject.get(subject) ?? subject} to ${to}`
    return { key, atMs, text, mark: /token=([\w-]+)/.exec(text)?.[1] ?? null }
  })
  const fromChat = posts.map(({ title, about, atMs }) => {
    return { key: `"${title}" about ${about}`, atMs, text: title, mark: null }
  })
  return [...fromMails, ...fromChat]
}

/** The key of the message that a task of lane `post` is there for. */
export function keyOf({ accounts }: RunRecord, { input }: RecordedTask): string {
  const { template, username } = input
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
    case 'task_parked':
      return chat.taskParked(task)
    case 'task_slow':
      return chat.taskSlow(task)
    default:
      return chat.laneStopped({ lane: input['lane'] === 'post' ? 'post' : 'host', reason: '' })
  }
}
