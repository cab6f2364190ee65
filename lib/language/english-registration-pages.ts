import { choosePlural, formatNumber, formatWait } from './formats.ts'

/** The English sentences of the asker's status page and of the manager's decision page. */
export const englishRegistrationPages = {
  problem: {
    heading: 'That did not work',
    title: (page: string) => `Problem: ${page}`,
    unreachable: 'The server could not be reached. Please check your connection and try again.',
    wait: (seconds: number) => `Please try again in ${formatWait(seconds, 'en')}.`,
    other: 'Our server did not accept that. Please look at the rules and try again.',
  },
  unread: 'That was done. What came of it cannot be shown yet; this page tries again by itself.',
  loading: 'One moment, please …',
  checkAgain: 'Check again',
  looksAgain:
    'This page looks again by itself. You can also close it and come back later, by the same link that brought you here.',
  linkForm: {
    rid: 'Registration',
    token: 'Token',
    hint: 'Both stand at the end of your link, after the # sign, with a dot between them. The token is a key: please give it to nobody.',
    cut: 'This link is incomplete. Some mail programs cut long lines: please copy the whole link from the mail.',
  },
  dead: {
    title: 'This link does not lead anywhere',
    lead: 'The registration may have been finished or withdrawn, its 48 hours may be over, or a part of the link got lost on the way.',
    heading: 'What you can do',
    steps: [
      'Copy the whole link from our newest mail, up to its last character.',
      'If the 48 hours are over, everything about the registration is deleted. Whoever asked can simply ask again.',
    ],
    again: 'Enter registration and token',
  },

  status: {
    title: 'Your registration',
    linkLead:
      'Please open the link from our mail: it brings you to your registration. You can also enter the two parts that you got when you asked for an account.',
    linkSubmit: 'Show my registration',
    waiting: {
      title: 'Your registration is waiting',
      lead: 'People read every registration here, so it may take a while. If you gave us a mail address, we write to you as soon as there is something new.',
    },
    ahead: (count: number) =>
      count === 0
        ? 'Yours is the next one.'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'en')} other registration came before yours.`,
              other: `${formatNumber(count, 'en')} other registrations came before yours.`,
            },
            'en',
          ),
    farBack: (most: number) =>
      `At least ${formatNumber(most, 'en')} other registrations came before yours.`,
    asked: {
      title: 'The staff have a question for you',
      lead: 'They would like to know this before they decide:',
      label: 'Your answer',
      submit: 'Send the answer',
      done: 'Your answer is with the staff now.',
    },
    pick: {
      title: 'Welcome! Pick your username',
      lead: 'Your registration is approved. Only your username is missing.',
      taken: (name: string) =>
        `It turned out that the name ${name} cannot be had on our server. Please pick another one.`,
      label: 'Username',
      rulesIntro: 'A username',
      rules: [
        'has 2 to 20 characters and begins with a letter',
        'has only the letters a to z and digits, with single dots or underscores between them',
        'is yours for good: it can never be changed or given to anybody else',
      ],
      email: 'Mail address (optional)',
      emailHint: 'It gets you back in if you ever lose your password.',
      submit: 'Take this username',
    },
    making: {
      title: 'Your account is being made',
      lead: 'That usually takes less than a minute.',
    },
    ready: {
      title: 'Your account is ready',
      lead: 'From now on you can sign in with your username and your password.',
    },
    stuck: {
      title: 'This takes longer than usual',
      lead: 'One of our servers could not make your account yet. The staff have been told, and there is nothing for you to do for now.',
    },
    givenUp: {
      title: 'Your account could not be made',
      lead: 'We are sorry: not everything worked, and nothing more is tried. The staff have been told. You are welcome to ask for an account once more.',
    },
    rejected: {
      title: 'The staff decided against an account',
      lead: 'They have read your registration, and this time they said no.',
    },
    withdrawn: {
      title: 'Your registration is withdrawn',
      lead: 'Everything that you wrote is deleted. You are welcome to ask again whenever you like.',
    },
    noteHeading: 'What the staff wrote',
    messageHeading: 'What you wrote',
    username: 'Your username',
    parts: {
      heading: 'How far it is',
      readyHeading: 'Your account',
      targets: { matrix: 'Matrix', yunohost: 'Mail and everything else' },
      states: {
        pending: 'waiting',
        processing: 'being made',
        success: 'ready',
        failed: 'the staff look into it',
      },
      givenUp: 'not made',
    },
    password: {
      heading: 'Your password',
      lead: 'It is shown this one time only. Please keep it now, best in a password manager:',
      copy: 'Copy password',
      copied: 'Copied',
      notCopied: 'Your browser did not copy it: please select it and copy it by hand.',
      secret: 'Nobody else can see it, not even the staff.',
    },
    renew: {
      heading: 'Is the password gone?',
      text: 'Until you first sign in, we can make you a new one here. The old one stops working then.',
      submit: 'Make a new password',
    },
    lives: (moment: string) => `This page and everything on it will be deleted on ${moment}.`,
    livesReady: (moment: string) =>
      `This page will be deleted on ${moment}. Your account stays, of course.`,
    withdraw: {
      summary: 'Withdraw the registration',
      text: 'Everything that you wrote is deleted at once and for good.',
      confirm: 'Yes, delete my registration',
      submit: 'Withdraw',
    },
  },

  decision: {
    title: 'A registration',
    linkLead:
      'Please open your own link from our mail: it brings you to the registration. You can also enter the two parts of it here.',
    linkSubmit: 'Show the registration',
    titles: {
      pending: 'Somebody asks for an account',
      approved: 'This registration is approved',
      rejected: 'This registration is rejected',
      deleted: 'This registration is withdrawn',
    },
    tooLate: 'Somebody was faster than you. What you see now is what was decided.',
    decidedBy: (who: string, moment: string) => `Decided by ${who} on ${moment}.`,
    facts: {
      created: 'Received',
      expires: 'Deleted unless finished',
      ends: 'Will be deleted',
      address: 'Mail address',
      referral: 'Referral code',
      claimedBy: 'Looked after by',
      position: 'Before it',
      targets: 'Account',
    },
    confirmed: 'given, and its owner has confirmed it',
    unconfirmed: 'none, or not confirmed yet',
    nobody: 'nobody yet',
    ahead: (count: number) =>
      count === 0
        ? 'none: this is the oldest'
        : choosePlural(
            count,
            {
              one: `${formatNumber(count, 'en')} that waits longer`,
              other: `${formatNumber(count, 'en')} that wait longer`,
            },
            'en',
          ),
    farBack: (most: number) => `at least ${formatNumber(most, 'en')} that wait longer`,
    messageHeading: 'What they wrote',
    noMessage: 'They left it empty.',
    questionHeading: 'What the staff asked',
    answerHeading: 'What they answered',
    noAnswer: 'There is no answer yet.',
    historyHeading: 'Earlier registrations with the same address or name',
    endings: {
      approved: 'approved, but never finished',
      rejected: 'rejected',
      expired: 'nobody decided in time',
      withdrawn: 'withdrawn',
      finished: 'became an account',
    },
    noteHeading: 'What they were told with it',
    claim: 'I look after it',
    release: 'Leave it to others',
    notes: {
      heading: 'Notes among the staff',
      none: 'There are none yet.',
      label: 'New note',
      hint: 'Whoever asked never sees it.',
      submit: 'Add the note',
    },
    ask: {
      heading: 'Ask back',
      label: 'Your question',
      hint: 'They get a mail if we know an address, and answer on their page.',
      submit: 'Send the question',
    },
    approve: {
      heading: 'Approve',
      label: 'A word to them (optional)',
      hint: 'It is mailed with the decision, and stands on their page.',
      submit: 'Approve',
    },
    reject: {
      heading: 'Reject',
      label: 'Reason (optional)',
      legend: 'What they are told',
      tell: {
        reason: 'The decision and the reason',
        decision: 'The decision; the reason becomes a note among the staff',
        nothing: 'Nothing by mail; the reason becomes a note among the staff',
      },
      submit: 'Reject',
    },
    undo: {
      heading: 'Was that a mistake?',
      text: 'As long as the registration exists, a rejection can be undone. It is open again then.',
      submit: 'Undo the rejection',
    },
    done: {
      claim: 'You look after it now.',
      release: 'Others can look after it now.',
      note: 'The note is kept.',
      ask: 'The question is on its way.',
      approve: 'The registration is approved.',
      reject: 'The registration is rejected.',
      undo: 'The rejection is undone.',
    },
  },
}

/** The rule for the same sentences in other languages. */
export type RegistrationPageMessages = typeof englishRegistrationPages
