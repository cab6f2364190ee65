import { type FailureCode, failures } from '../failure.ts'
import { choosePlural, formatNumber, formatWait } from './formats.ts'

/** The English sentences of the pages, and by their type the list of all there are. */
export const english = {
  layout: {
    skipToContent: 'Skip to the content',
    home: 'Start page',
    footer: (community: string) => `Accounts at ${community} are looked after by Gatehouse.`,
    titleOf: (page: string, community: string) => `${page} · ${community}`,
  },

  start: {
    title: 'Welcome',
    heading: (community: string) => `Welcome to ${community}`,
    intro: 'This is the gatehouse: where accounts begin, and where you look after yours.',
    stepsHeading: 'How an account begins',
    steps: [
      { name: 'You ask', text: 'Ask the community for an account, with a username that you like.' },
      {
        name: 'We set it up',
        text: 'Our server makes your account and your mailbox. That usually takes less than a minute.',
      },
      {
        name: 'You get a mail',
        text: 'Its link lets you choose your own password. Nobody else ever gets to know it.',
      },
    ],
    registration:
      'If you ask by a registration instead, the staff read it first. Once they have approved it, you pick your username and are shown your password, once.',
    passwordHeading: 'Forgotten your password?',
    passwordText:
      'Ask for a new link where you signed up. It comes to the mail address that you gave us there, and works once, for one hour.',
    developersHeading: 'For developers',
    developersText: 'Everything that happens here can also be done over HTTP.',
    documentation: 'API documentation',
    description: 'OpenAPI description',
  },

  setPassword: {
    title: 'Set your password',
    titleWithProblem: 'Problem: set your password',
    forAccount: 'Your account',
    label: 'New password',
    rulesIntro: 'A good password',
    rules: [
      'has 8 to 72 characters',
      'has an upper-case letter',
      'has a digit, and a special character such as ! or a space',
      'has nothing to do with your name, and is not one that many people use',
    ],
    advice: 'Tip: a password manager makes a good one and remembers it for you.',
    submit: 'Set password',
    aftermath: 'Afterwards you are signed out everywhere, and only the new password counts.',
    problemHeading: 'The password was not set',
    deadLinks: {
      expired: {
        title: 'This link has expired',
        text: 'Links work for a short time only, so that an old mail cannot be misused.',
      },
      invalid: {
        title: 'This link does not work any more',
        text: 'It may have been used already, a newer one may have taken its place, or a part of it got lost on the way.',
      },
      missing: {
        title: 'This link is incomplete',
        text: 'The last part of the address is missing. Some mail programs cut long lines: please copy the whole link from the mail. If you have just set your password, all is well.',
      },
    },
    nextHeading: 'What you can do',
    next: [
      'Look for a newer mail from us: only the newest link works.',
      'Ask for a new link where you signed up. It comes to the mail address that you gave us there.',
      'If no mail arrives, write to the staff of the community. They can see what is wrong.',
    ],
  },

  passwordSet: {
    pending: {
      title: 'Your new password is on its way',
      text: 'We have saved it. Now our server gets it too, for your mail and for everything else.',
    },
    running: {
      title: 'Your new password is nearly there',
      text: 'Our server is setting it right now.',
    },
    parked: {
      title: 'This takes longer than usual',
      text: 'Our server needs help from a human. The staff have been told, and there is nothing for you to do.',
    },
    finished: {
      title: 'Your password is set',
      text: 'It works everywhere from now on. You can sign in with it and close this page.',
    },
    failed: {
      title: 'Our server did not take this password',
      text: 'Nothing is lost: a mail with a fresh link is on its way to you. Please choose another password there. The staff have been told.',
    },
    ended: {
      title: 'This change was stopped',
      text: 'The staff ended it before it was done. If you do not know why, please write to them.',
    },
    ahead: (count: number) =>
      count === 0
        ? 'It is next.'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'en')} other job is ahead of yours.`,
              other: `${formatNumber(count, 'en')} other jobs are ahead of yours.`,
            },
            'en',
          ),
    expected: (seconds: number) => `It should be done in about ${formatWait(seconds, 'en')}.`,
    checkAgain: 'Check again',
    noWait: 'You do not have to wait here: you can close this page, and it goes on.',
  },

  problem: {
    titles: {
      notFound: 'There is nothing here',
      tooMany: 'That was a little too often',
      unavailable: 'We cannot do this right now',
      refused: 'That did not work',
      internal: 'Something went wrong on our side',
    },
    tryAgainIn: (seconds: number) => `Please try again in ${formatWait(seconds, 'en')}.`,
    notFoundText: 'Perhaps a part of the address got lost on the way.',
    toStart: 'To the start page',
  },

  // The table of failures is in English already; a second wording would only drift away from it.
  failure: (code: FailureCode): string => failures[code].text,
}

/** Every sentence of the pages but those about a registration. The type of the English ones is the rule for all. */
export type Messages = typeof english
