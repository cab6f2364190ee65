import { englishRegistrationMails } from './english-registration-mails.ts'
import { formatAmount, formatMoment } from './formats.ts'

/** The English sentences of mails, and by their type the list of all there are. */
export const englishMails = {
  registrations: englishRegistrationMails,
  greeting: (name: string) => `Hello ${name},`,
  farewell: (community: string) => `All the best from ${community}`,
  copyLink: 'If the button does not work, copy this address into your browser:',
  whyThisMail: (username: string, community: string) =>
    `You get this mail because of the account ${username} at ${community}. We never ask for your password.`,
  setPassword: {
    subject: 'Your account is ready: please set your password',
    opening: (community: string) => `Welcome to ${community}! Your account is ready.`,
    facts: { username: 'Your username', address: 'Your new mail address' },
    request: 'Only your own password is missing. Please choose it now:',
    action: 'Set my password',
    validity: (days: number) => `The link works once, within ${formatAmount(days, 'day', 'en')}.`,
    notYou:
      'You did not ask for an account? Then ignore this mail: without a password nobody gets in.',
  },
  resetPassword: {
    subject: 'A new password for your account',
    opening: (username: string, community: string) =>
      `Somebody, most likely you, asked for a new password for the account ${username} at ${community}. Please choose it here:`,
    action: 'Choose a new password',
    validity: (minutes: number) =>
      `The link works once, within ${formatAmount(minutes, 'minute', 'en')}. Only the newest link works.`,
    notYou: 'That was not you? Then ignore this mail: your password stays as it is.',
  },
  passwordChanged: {
    subject: 'A new password was set',
    opening: (username: string, community: string) =>
      `A new password was set for the account ${username} at ${community}.`,
    facts: { moment: 'When' },
    moment: (at: Date) => formatMoment(at, 'en'),
    aftermath:
      'Every device that was signed in is signed out. Please enter the new password in your mail program and wherever else you use the account.',
    notYou:
      'That was not you? Then please ask for a new link where you signed up, right away, and write to the staff.',
  },
  passwordRefused: {
    subject: 'Please choose another password',
    opening: (username: string, community: string) =>
      `Our server did not accept the password that you chose for the account ${username} at ${community}. Your account is fine, it only needs another password.`,
    request: 'Please choose another one:',
    action: 'Choose another password',
    validity: (days: number) => `The link works once, within ${formatAmount(days, 'day', 'en')}.`,
    staffKnow: 'The staff have been told too. If it happens again, please write to them.',
  },
}

/** Every sentence that people read in mails. The type of the English ones is the rule for all. */
export type MailMessages = typeof englishMails
