/** The good run, in which somebody also came by a registration. */
import type { RegistrationMail } from '../../lib/mail/registration-mail.ts'
import { renderMail } from '../../lib/mail/templates.ts'
import { at, goodRun } from './good-run.ts'
import type { RecordedTask, RegistrationWord, RunRecord } from './run-record.ts'

/** Of the registration. */
export const rid = 'registration0000000000'
const username = 'eva'

function word(second: number, kind: RegistrationWord['kind'], is: string): RegistrationWord {
  const answer = { rid, kind, status: 'approved', matrixStatus: is, accountStatus: is }
  return { ...answer, username, askedMs: at(second), answeredMs: at(second) + 20 }
}

function ended(second: number, id: string, wish: Partial<RecordedTask>): RecordedTask {
  const end = { place: 'logs', status: 'finished', isSealed: false, leaseUntilMs: null } as const
  const own = { action: 'send_registration_mail', lane: 'post', resource: `mail:${id}` } as const
  return { id, ...own, input: {}, ...end, tries: 1, timestampMs: at(second), ...wish }
}

const letterOf = (second: number, template: string) =>
  ended(second, template, { input: { rid, slot: 'asker', template } })

const expiresAt = new Date(at(100))
const letters: readonly RegistrationMail[] = [
  { template: 'registration_received', link: '', expiresAt },
  { template: 'registration_approved', link: '', expiresAt, note: null },
  { template: 'registration_ready', username, address: null, matrixId: null },
]
const site = { communityName: 'Lantern', mailDomain: 'lantern.example' }

/** The good run, and in it one registration from its beginning to its end. */
export function registeredRun(): RunRecord {
  const run = goodRun()
  const host = { lane: 'host', resource: `account:${username}` } as const
  const tasks = [
    ended(20, 'announce', {
      ...{ action: 'announce_registration', resource: `registration:${rid}` },
      input: { rid, kind: 'new' },
    }),
    letterOf(20, 'registration_received'),
    letterOf(22, 'registration_approved'),
    ended(24, 'matrix', {
      ...{ action: 'matrix_register', resource: `registration:${rid}`, input: { rid, username } },
    }),
    ended(26, 'host', {
      ...{ action: 'user_create', ...host },
      input: { rid, username, display_name: 'eva', domain: 'lantern.example' },
    }),
    letterOf(28, 'registration_ready'),
    ended(28, 'told-of-eva', {
      ...{ action: 'tell_staff', input: { event: 'account_created', username, reason: '' } },
    }),
  ]
  const life = tasks.flatMap(({ id, timestampMs: ms }) => [
    { taskId: id, status: 'pending', afterMs: ms, byMs: ms + 50 },
    { taskId: id, status: 'finished', afterMs: ms + 1000, byMs: ms + 1050 },
  ])
  const made = { taskId: 'host', step: 1, pid: 26, startMs: at(26), endMs: at(26) + 100 }
  const effect = { ...made, name: 'user_created', username, fullName: 'eva' }
  return {
    ...run,
    tasks: [...run.tasks, ...tasks],
    sightings: [...run.sightings, ...life],
    effects: [...run.effects, { ...effect, mail: 'eva@lantern.example' }],
    mails: [
      ...run.mails,
      ...letters.map((mail, index) => {
        const { subject } = renderMail(mail, { language: 'en', site })
        const text = `https://gatehouse.example/#${rid}.${'x'.repeat(42)}${index}`
        return { to: 'eva@mail.example', subject, text, atMs: at(21 + index) }
      }),
    ],
    registrationWords: [
      word(20, 'taken', 'pending'),
      word(22, 'decided', 'pending'),
      word(24, 'picked', 'processing'),
      word(30, 'seen', 'success'),
    ],
    registrations: [
      {
        ...{ rid, status: 'approved', targets: ['matrix', 'yunohost'] },
        ...{ matrixStatus: 'success', accountStatus: 'success' },
      },
    ],
    matrixNames: [username],
    accounts: [...run.accounts, { username, address: 'eva@mail.example' }],
    chat: [...run.chat, { title: 'An account was created', about: username, atMs: at(29) }],
  }
}
