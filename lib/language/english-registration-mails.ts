import { choosePlural, formatMoment, formatNumber } from './formats.ts'

/** The English sentences of the mails about a registration, to its asker and to those who decide. */
export const englishRegistrationMails = {
  greeting: 'Hello,',
  whyAsker: (community: string) =>
    `You get this mail because an account at ${community} was asked for with this address. We never ask for your password.`,
  whyManager: (community: string) =>
    `You get this mail because you decide on registrations at ${community}.`,
  openPage: 'Open my page',
  validUntil: (at: Date) =>
    `The link works until ${formatMoment(at, 'en')}. It is your key, so please pass it on to nobody.`,
  notYou:
    'That was not you? Then please ignore this mail and do not open the link: your address becomes part of no account.',
  noteFrom: 'The staff wrote:',
  facts: {
    username: 'Username',
    address: 'Mail address',
    matrixId: 'Matrix name',
    askedAt: 'Received',
    expiresAt: 'Deleted unless finished',
    decision: 'Decision',
    decidedBy: 'Decided by',
    decidedAt: 'When',
    undoneBy: 'Undone by',
    target: 'Where',
    reason: 'What the server said',
    oldestAt: 'Waiting the longest, since',
  },
  moment: (at: Date) => formatMoment(at, 'en'),
  whereOwnLink: 'Your own link to it is in the mail that you got when it came in.',
  received: {
    subject: 'We have received your registration',
    opening: (community: string) =>
      `Somebody, most likely you, asked for an account at ${community} with this address. The staff will read it and decide.`,
    request:
      'Your page shows how far it is, and whether the staff have a question. Opening it also tells us that this address is really yours:',
  },
  alreadyOpen: {
    subject: 'Your registration is open already',
    opening: (community: string) =>
      `Somebody, most likely you, asked once more for an account at ${community} with this address. There is an open registration for it already, so we did not start a second one.`,
    request: 'Your page shows how far it is:',
    whereLink: 'The link to it is in our earlier mail.',
  },
  address: {
    subject: 'Is this your mail address?',
    opening: (community: string) =>
      `Somebody, most likely you, gave this address for a new account at ${community}.`,
    request: 'Opening your page tells us that it is really yours:',
  },
  asked: {
    subject: 'The staff have a question for you',
    opening: (community: string) =>
      `Before they decide on your registration, the staff of ${community} would like to know something from you.`,
    request: 'Please read the question on your page, and answer it there:',
    action: 'Read and answer',
  },
  approved: {
    subject: 'Your registration was approved: please pick a username',
    opening: (community: string) =>
      `Good news: the staff of ${community} have approved your registration.`,
    request: 'Now pick the username that you like. It is yours for good, so take a moment for it:',
    action: 'Pick my username',
    finishBy: (at: Date) =>
      `Please do it before ${formatMoment(at, 'en')}: the registration is deleted then.`,
  },
  rejected: {
    subject: 'The staff have decided on your registration',
    opening: (community: string) =>
      `The staff of ${community} have read your registration, and have decided against an account this time.`,
    deletion: (at: Date) => `Everything that you wrote is deleted by ${formatMoment(at, 'en')}.`,
  },
  ready: {
    subject: 'Your account is ready',
    opening: (community: string) => `Welcome to ${community}! Your account is ready.`,
    password: 'Your password is the one that you were shown when you picked the username.',
    request: 'Did it get lost? Until you first sign in, your page can make a new one:',
  },
  failed: {
    subject: 'Your account takes longer than expected',
    opening: (username: string, community: string) =>
      `Our server could not make the account ${username} at ${community} yet. The staff have been told and will see to it.`,
    noAction: (until: Date) =>
      `There is nothing for you to do: it is tried, and your username stays reserved for you, until ${formatMoment(until, 'en')}.`,
    request: 'Your page shows how far it is:',
  },
  givenUp: {
    subject: 'Your account could not be made',
    opening: (username: string, community: string) =>
      `Our server could not make the account ${username} at ${community}, and does not try any more. The staff have been told.`,
    askAgain: 'We are sorry. You are welcome to ask for an account once more.',
  },
  opened: {
    subject: 'Somebody asks for an account',
    opening: (community: string) =>
      `Somebody asks for an account at ${community}, and would be glad of a decision.`,
    request: 'Read what they wrote, and decide here:',
    action: 'Read and decide',
    ownLink:
      'This link is yours alone: whatever is done with it is recorded under your name. Please do not forward it.',
  },
  decided: {
    subject: 'A registration was decided',
    openings: {
      approved: 'A registration was approved. Whoever asked for it now picks a username.',
      rejected: 'A registration was rejected. As long as it exists, the rejection can be undone.',
    },
    decisions: { approved: 'Approved', rejected: 'Rejected' },
  },
  undone: {
    subject: 'A rejection was undone',
    opening: 'A registration that was rejected is open again, and waits for a decision.',
  },
  accountFailed: {
    targets: { matrix: 'The Matrix server', yunohost: 'The YunoHost host' },
    registration_account_failed: {
      subject: 'An account could not be made',
      opening:
        'The registration is approved and the username picked, but the account is not there.',
      note: (until: Date) =>
        `The task waits for you until ${formatMoment(until, 'en')} at most: please find the cause, and then let it be tried again.`,
    },
    registration_account_given_up: {
      subject: 'An account was given up',
      opening: 'The registration was approved and the username picked, but there is no account.',
      note: 'It is not tried again. What another server has of it already stays there.',
    },
  },
  digest: {
    subject: 'Registrations are waiting for a decision',
    opening: (count: number) =>
      choosePlural(
        count,
        {
          one: `${formatNumber(count, 'en')} registration has waited for a decision for more than 24 hours.`,
          other: `${formatNumber(count, 'en')} registrations have waited for a decision for more than 24 hours.`,
        },
        'en',
      ),
    whereLinks: 'Your own link to each of them is in the mail that you got when it came in.',
    deletion: 'A registration is deleted 48 hours after it came in, decided or not.',
  },
}

/** The rule for the same sentences in other languages. */
export type RegistrationMailMessages = typeof englishRegistrationMails
