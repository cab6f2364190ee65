import { mailMessagesFor } from '../language/mail-messages.ts'
import { resetLinkMinutes, welcomeLinkDays } from '../passwords/policy.ts'
import type { Mail } from '../ports.ts'
import { type Letter, type MailStyle, renderLetter } from './letter.ts'
import { writeRegistrationLetter } from './registration-letters.ts'
import type { RegistrationMail } from './registration-mail.ts'

/** Whom a mail is about. */
interface Person {
  readonly username: string
  readonly displayName: string
}

/** A mail by its name and what it needs to know. No template has a place for a password. */
export type MailTemplate = AccountMail | RegistrationMail

/** A mail to the owner of an account. */
export type AccountMail =
  /** The account is on the host; the link (7 days) lets its owner choose the first password. */
  | (Person & { readonly template: 'set_password'; readonly link: string })
  /** Somebody asked for a new password; the link lives 60 minutes. */
  | (Person & { readonly template: 'reset_password'; readonly link: string })
  /** The password is another one now. */
  | (Person & { readonly template: 'password_changed'; readonly changedAt: Date })
  /** The host refused a password after all; the fresh link lives 7 days. */
  | (Person & { readonly template: 'password_refused'; readonly link: string })

/** The mail of a template, without its recipient; the subject is a constant of the language (T21). */
export function renderMail(mail: MailTemplate, style: MailStyle): Omit<Mail, 'to'> {
  const letter = isAboutAccount(mail)
    ? writeAccountLetter(mail, style)
    : writeRegistrationLetter(mail, style)
  return renderLetter(letter, style.language)
}

function isAboutAccount(mail: MailTemplate): mail is AccountMail {
  return !mail.template.startsWith('registration_')
}

function writeAccountLetter(mail: AccountMail, style: MailStyle): Letter {
  const messages = mailMessagesFor(style.language)
  const frame = {
    greeting: messages.greeting(mail.displayName),
    farewell: messages.farewell(style.site.communityName),
    small: messages.whyThisMail(mail.username, style.site.communityName),
  }
  return { ...frame, ...writeBody(mail, style) }
}

type Body = Omit<Letter, 'greeting' | 'farewell' | 'small'>

// The return type makes the compiler refuse a template without a case.
function writeBody(mail: AccountMail, style: MailStyle): Body {
  switch (mail.template) {
    case 'set_password':
      return writeWelcome(mail, style)
    case 'reset_password':
      return writeReset(mail, style)
    case 'password_changed':
      return writeNotice(mail, style)
    case 'password_refused':
      return writeRefusal(mail, style)
  }
}

type Of<Name extends AccountMail['template']> = Extract<AccountMail, { template: Name }>

function writeWelcome(mail: Of<'set_password'>, { language, site }: MailStyle): Body {
  const { copyLink, setPassword: words } = mailMessagesFor(language)
  return {
    subject: words.subject,
    paragraphs: [words.opening(site.communityName)],
    facts: [
      { name: words.facts.username, value: mail.username },
      { name: words.facts.address, value: `${mail.username}@${site.mailDomain}` },
    ],
    request: words.request,
    action: { label: words.action, link: mail.link, copyLink },
    notes: [words.validity(welcomeLinkDays), words.notYou],
  }
}

function writeReset(mail: Of<'reset_password'>, { language, site }: MailStyle): Body {
  const { copyLink, resetPassword: words } = mailMessagesFor(language)
  return {
    subject: words.subject,
    paragraphs: [words.opening(mail.username, site.communityName)],
    facts: [],
    action: { label: words.action, link: mail.link, copyLink },
    notes: [words.validity(resetLinkMinutes), words.notYou],
  }
}

function writeNotice(mail: Of<'password_changed'>, { language, site }: MailStyle): Body {
  const words = mailMessagesFor(language).passwordChanged
  return {
    subject: words.subject,
    paragraphs: [words.opening(mail.username, site.communityName)],
    facts: [{ name: words.facts.moment, value: words.moment(mail.changedAt) }],
    notes: [words.aftermath, words.notYou],
  }
}

function writeRefusal(mail: Of<'password_refused'>, { language, site }: MailStyle): Body {
  const { copyLink, passwordRefused: words } = mailMessagesFor(language)
  return {
    subject: words.subject,
    paragraphs: [words.opening(mail.username, site.communityName)],
    facts: [],
    request: words.request,
    action: { label: words.action, link: mail.link, copyLink },
    notes: [words.validity(welcomeLinkDays), words.staffKnow],
  }
}
