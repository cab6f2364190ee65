import type { ChatMessage } from '../ports.ts'
import type { Lane } from '../queue/queue.ts'

// What staff read in their channel. English only: one channel has one language.

/** A new account is on the host. */
export function accountCreated(account: {
  readonly username: string
  readonly displayName: string
  readonly discordName: string | null
  readonly createdBy: string
}): ChatMessage {
  return toMessage('An account was created', {
    Username: account.username,
    'Display name': account.displayName,
    Discord: account.discordName,
    'Asked for by': account.createdBy,
  })
}

/** The host refused an account for good. */
export function accountFailed(failure: {
  readonly username: string
  readonly reason: string | null
}): ChatMessage {
  return toMessage('An account could not be created', {
    Username: failure.username,
    'What the host said': failure.reason,
    'What to do': 'Look at the task, then ask for the account again with what the host accepts.',
  })
}

/** The host refused a password that had passed every rule here. */
export function passwordRefused(refusal: {
  readonly username: string
  readonly reason: string | null
}): ChatMessage {
  return toMessage('The host refused a password', {
    Username: refusal.username,
    'What the host said': refusal.reason,
    'What to do':
      'Nothing for the person: a fresh link was mailed. The host may have stricter rules than Gatehouse.',
  })
}

/** Somebody asked for a new password, and there is no address to send the link to. */
export function resetWithoutAddress(request: { readonly username: string }): ChatMessage {
  return toMessage('A new password was asked for, but there is no mail address', {
    Username: request.username,
    'What to do': 'Make sure who is asking before anything else; then give the account an address.',
  })
}

/** A mail to a person was given up. */
export function mailFailed(mail: {
  readonly username: string
  readonly reason: string | null
}): ChatMessage {
  return toMessage('A mail could not be delivered', {
    Username: mail.username,
    Reason: mail.reason,
    'What to do': 'Find another way to the person, and give the account an address that works.',
  })
}

/** A task on the host has been going on for long. */
export function taskSlow(task: {
  readonly id: string
  readonly action: string
  readonly resource: string
  readonly reason: string
}): ChatMessage {
  return toMessage('A task takes very long', {
    Task: task.id,
    Action: task.action,
    Resource: task.resource,
    Reason: task.reason,
    'What to do': 'Look at what the host is doing. Everything behind this task waits for it.',
  })
}

/** A task waits for staff and holds up the later ones of its resource. */
export function taskParked(task: {
  readonly id: string
  readonly action: string
  readonly resource: string
  readonly reason: string | null
}): ChatMessage {
  return toMessage('A task needs you', {
    Task: task.id,
    Action: task.action,
    Resource: task.resource,
    Reason: task.reason,
    'What to do': 'Retry, skip or cancel it. Only later tasks of the same resource wait for it.',
  })
}

/** A whole lane stands still until somebody resumes it. */
export function laneStopped(lane: { readonly lane: Lane; readonly reason: string }): ChatMessage {
  return toMessage('The queue stands still', {
    Lane: lane.lane,
    Reason: lane.reason,
    'What to do':
      'Find the cause first: a changed host key may be an attack. Then resume the lane.',
  })
}

/** Somebody asks for an account. Nothing of what they wrote leaves for the channel. */
export function registrationNew(registration: { readonly rid: string }): ChatMessage {
  return toMessage('Somebody asks for an account', {
    Registration: registration.rid,
    'What to do': 'Managers find their own link in their mail.',
  })
}

/** Somebody has answered what staff asked. */
export function registrationAnswered(registration: { readonly rid: string }): ChatMessage {
  return toMessage('A question about a registration was answered', {
    Registration: registration.rid,
    'What to do': 'Managers find the answer behind their own link.',
  })
}

/** A mail about a registration was given up. */
export function registrationMailFailed(mail: {
  readonly rid: string
  readonly template: string
  readonly reason: string | null
}): ChatMessage {
  return toMessage('A mail about a registration could not be delivered', {
    Registration: mail.rid,
    Mail: mail.template,
    'What the mail server said': mail.reason,
  })
}

// Discord's own limits are 256 for a title and 1,024 for a value; escaping may double a text.
const longestValue = 500

function toMessage(title: string, fields: Readonly<Record<string, string | null>>): ChatMessage {
  const known = Object.entries(fields).flatMap(([name, value]) =>
    value ? [{ name, value: toPlainText(value) }] : [],
  )
  return { title, fields: known, ping: true }
}

// Control, zero-width and direction characters would hide or reorder what staff read (T22).
function toPlainText(value: string): string {
  const visible = value.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').replaceAll('`', "'")
  const short = visible.length > longestValue ? `${visible.slice(0, longestValue)}…` : visible
  return escapeMarkdown(short.toWellFormed())
}

// `<`, `@` and `#` begin mentions, `://` makes a link of what stands around it.
function escapeMarkdown(value: string): string {
  return value.replace(/[\\*_~|>#[\]()<@-]/g, '\\$&').replaceAll('://', ':\u200b//')
}
