import type { RegistrationMailMessages } from '../language/english-registration-mails.ts'
import { mailMessagesFor } from '../language/mail-messages.ts'
import type { Letter, MailStyle } from './letter.ts'
import type { AskerMail, ManagerMail, RegistrationMail } from './registration-mail.ts'

type Of<Name extends RegistrationMail['template']> = Extract<RegistrationMail, { template: Name }>
type AccountFailed = Extract<ManagerMail, { readonly target: string }>
type Body = Omit<Letter, 'greeting' | 'farewell' | 'small'>

/** The letter of a mail about a registration. Nobody's name is known but a username that was picked. */
export function writeRegistrationLetter(mail: RegistrationMail, style: MailStyle): Letter {
  const mails = mailMessagesFor(style.language)
  const { communityName } = style.site
  const words = mails.registrations
  return {
    greeting:
      isToAsker(mail) && 'username' in mail ? mails.greeting(mail.username) : words.greeting,
    farewell: mails.farewell(communityName),
    small: isToAsker(mail) ? words.whyAsker(communityName) : words.whyManager(communityName),
    ...writeBody(mail, { words, community: communityName, copyLink: mails.copyLink }),
  }
}

const toManagers: ReadonlySet<string> = new Set<ManagerMail['template']>([
  'registration_new',
  'registration_decided',
  'registration_undone',
  'registration_account_failed',
  'registration_account_given_up',
  'registration_digest',
])

function isToAsker(mail: RegistrationMail): mail is AskerMail {
  return !toManagers.has(mail.template)
}

interface Frame {
  readonly words: RegistrationMailMessages
  readonly community: string
  readonly copyLink: string
}

// The return type makes the compiler refuse a template without a case.
function writeBody(mail: RegistrationMail, frame: Frame): Body {
  switch (mail.template) {
    case 'registration_received':
      return writeReceived(mail, frame)
    case 'registration_already_open':
      return writeAlreadyOpen(mail, frame)
    case 'registration_address':
      return writeAddress(mail, frame)
    case 'registration_asked':
      return writeAsked(mail, frame)
    case 'registration_approved':
      return writeApproved(mail, frame)
    case 'registration_rejected':
      return writeRejected(mail, frame)
    case 'registration_ready':
      return writeReady(mail, frame)
    case 'registration_failed':
      return writeFailed(mail, frame)
    case 'registration_given_up':
      return writeGivenUp(mail, frame)
    case 'registration_new':
      return writeNew(mail, frame)
    case 'registration_decided':
      return writeDecided(mail, frame)
    case 'registration_undone':
      return writeUndone(mail, frame)
    case 'registration_account_failed':
    case 'registration_account_given_up':
      return writeAccountFailed(mail, frame)
    case 'registration_digest':
      return writeDigest(mail, frame)
  }
}

function writeReceived(mail: Of<'registration_received'>, frame: Frame): Body {
  const { received, openPage, validUntil, notYou } = frame.words
  return {
    subject: received.subject,
    paragraphs: [received.opening(frame.community)],
    facts: [],
    ...offer(mail.link, { request: received.request, label: openPage }, frame),
    notes: [validUntil(mail.expiresAt), notYou],
  }
}

function writeAlreadyOpen(mail: Of<'registration_already_open'>, frame: Frame): Body {
  const { alreadyOpen, openPage, validUntil, notYou } = frame.words
  return {
    subject: alreadyOpen.subject,
    paragraphs: [alreadyOpen.opening(frame.community)],
    facts: [],
    ...offer(mail.link, { request: alreadyOpen.request, label: openPage }, frame),
    notes: [mail.link ? validUntil(mail.expiresAt) : alreadyOpen.whereLink, notYou],
  }
}

function writeAddress(mail: Of<'registration_address'>, frame: Frame): Body {
  const { address, openPage, validUntil, notYou } = frame.words
  return {
    subject: address.subject,
    paragraphs: [address.opening(frame.community)],
    facts: [],
    ...offer(mail.link, { request: address.request, label: openPage }, frame),
    notes: [validUntil(mail.expiresAt), notYou],
  }
}

function writeAsked(mail: Of<'registration_asked'>, frame: Frame): Body {
  const { asked, validUntil } = frame.words
  return {
    subject: asked.subject,
    paragraphs: [asked.opening(frame.community)],
    facts: [],
    ...offer(mail.link, { request: asked.request, label: asked.action }, frame),
    notes: [validUntil(mail.expiresAt)],
  }
}

function writeApproved(mail: Of<'registration_approved'>, frame: Frame): Body {
  const { approved } = frame.words
  return {
    subject: approved.subject,
    paragraphs: [approved.opening(frame.community), ...quote(mail.note, frame)],
    facts: [],
    ...offer(mail.link, { request: approved.request, label: approved.action }, frame),
    notes: [approved.finishBy(mail.expiresAt)],
  }
}

function writeRejected(mail: Of<'registration_rejected'>, frame: Frame): Body {
  const { rejected } = frame.words
  return {
    subject: rejected.subject,
    paragraphs: [rejected.opening(frame.community), ...quote(mail.note, frame)],
    facts: [],
    notes: [rejected.deletion(mail.expiresAt)],
  }
}

function writeReady(mail: Of<'registration_ready'>, frame: Frame): Body {
  const { ready, facts, openPage } = frame.words
  return {
    subject: ready.subject,
    paragraphs: [ready.opening(frame.community), ready.password],
    facts: toFacts([
      [facts.username, mail.username],
      [facts.address, mail.address],
      [facts.matrixId, mail.matrixId],
    ]),
    ...offer(mail.link, { request: ready.request, label: openPage }, frame),
    notes: [],
  }
}

function writeFailed(mail: Of<'registration_failed'>, frame: Frame): Body {
  const { failed, openPage } = frame.words
  return {
    subject: failed.subject,
    paragraphs: [failed.opening(mail.username, frame.community), failed.noAction(mail.waitsUntil)],
    facts: [],
    ...offer(mail.link, { request: failed.request, label: openPage }, frame),
    notes: [],
  }
}

function writeGivenUp(mail: Of<'registration_given_up'>, { words, community }: Frame): Body {
  const { subject, opening, askAgain } = words.givenUp
  const paragraphs = [opening(mail.username, community), askAgain]
  return { subject, paragraphs, facts: [], notes: [] }
}

function writeNew(mail: Of<'registration_new'>, frame: Frame): Body {
  const { opened, facts, moment } = frame.words
  return {
    subject: opened.subject,
    paragraphs: [opened.opening(frame.community)],
    facts: toFacts([
      [facts.askedAt, moment(mail.createdAt)],
      [facts.expiresAt, moment(mail.expiresAt)],
    ]),
    ...offer(mail.link, { request: opened.request, label: opened.action }, frame),
    notes: [opened.ownLink],
  }
}

function writeDecided(mail: Of<'registration_decided'>, { words }: Frame): Body {
  const { decided, facts, moment, whereOwnLink } = words
  return {
    subject: decided.subject,
    paragraphs: [decided.openings[mail.decision]],
    facts: toFacts([
      [facts.decision, decided.decisions[mail.decision]],
      [facts.decidedBy, mail.decidedBy],
      [facts.decidedAt, moment(mail.decidedAt)],
      [facts.askedAt, moment(mail.createdAt)],
    ]),
    notes: [whereOwnLink],
  }
}

function writeUndone(mail: Of<'registration_undone'>, { words }: Frame): Body {
  const { undone, facts, moment, whereOwnLink } = words
  return {
    subject: undone.subject,
    paragraphs: [undone.opening],
    facts: toFacts([
      [facts.undoneBy, mail.undoneBy],
      [facts.askedAt, moment(mail.createdAt)],
      [facts.expiresAt, moment(mail.expiresAt)],
    ]),
    notes: [whereOwnLink],
  }
}

function writeAccountFailed(mail: AccountFailed, { words: { accountFailed, facts } }: Frame): Body {
  const { subject, opening } = accountFailed[mail.template]
  const note =
    mail.template === 'registration_account_failed'
      ? accountFailed.registration_account_failed.note(mail.waitsUntil)
      : accountFailed.registration_account_given_up.note
  return {
    subject,
    paragraphs: [opening],
    facts: toFacts([
      [facts.username, mail.username],
      [facts.target, accountFailed.targets[mail.target]],
      [facts.reason, mail.reason],
    ]),
    notes: [note],
  }
}

function writeDigest(mail: Of<'registration_digest'>, { words }: Frame): Body {
  return {
    subject: words.digest.subject,
    paragraphs: [words.digest.opening(mail.waiting)],
    facts: toFacts([[words.facts.oldestAt, words.moment(mail.oldestAt)]]),
    notes: [words.digest.whereLinks, words.digest.deletion],
  }
}

function offer(
  link: string | undefined,
  { request, label }: { readonly request: string; readonly label: string },
  { copyLink }: Frame,
): Pick<Letter, 'request' | 'action'> {
  return link === undefined ? {} : { request, action: { label, link, copyLink } }
}

// What a manager wrote keeps its lines, each a paragraph of its own.
function quote(note: string | null, { words }: Frame): readonly string[] {
  const lines = (note ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.length === 0 ? [] : [words.noteFrom, ...lines]
}

function toFacts(facts: ReadonlyArray<readonly [string, string | null]>): Letter['facts'] {
  return facts.flatMap(([name, value]) => (value ? [{ name, value }] : []))
}
