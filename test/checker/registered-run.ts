/** The good run, in which somebody also came by a registration. */
import type { RegistrationMail } from '../../lib/mail/registration-mail.ts'
import { renderMail } from '../../lib/mail/templates.ts'
import { at, done, ended, goodRun, life, type TaskWish } from './good-run.ts'
import type { RegistrationWord, RunRecord } from './run-record.ts'

/** Of the registration. */
export const rid = 'registration0000000000'
const username = 'eva'

function word(second: number, kind: RegistrationWord['kind'], is: string): RegistrationWord {
  const answer = { rid, kind, status: 'approved', matrixStatus: is, accountStatus: is }
  return { ...answer, username, askedMs: at(second), answeredMs: at(second) + 20 }
}

const post = (second: number, id: string, wish: Pick<TaskWish, 'action' | 'input'>) =>
  ended(second, { id, lane: 'post', resource: `post:${id}`, ...wish })

const letterOf = (second: number, template: string) =>
  post(second, template, {
    action: 'send_registration_mail',
    input: { rid, slot: 'asker', template },
  })

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
  const tasks = [
    post(20, 'announce', { action: 'announce_registration', input: { rid, kind: 'new' } }),
    letterOf(20, 'registration_received'),
    letterOf(22, 'registration_approved'),
    post(24, 'matrix', { action: 'matrix_register', input: { rid, username } }),
    ended(26, {
      ...{ id: 'host', action: 'user_create', lane: 'host', resource: `account:${username}` },
      input: { rid, username, display_name: 'eva', domain: 'lantern.example' },
    }),
    letterOf(28, 'registration_ready'),
    post(28, 'told-of-eva', {
      ...{ action: 'tell_staff', input: { event: 'account_created', username, reason: '' } },
    }),
  ]
  const lives = tasks.flatMap(({ id, timestampMs }) => {
    const second = (timestampMs - at(0)) / 1000
    return life(id, second, second + 1)
  })
  const made = { name: 'user_created', username, fullName: 'eva', mail: 'eva@lantern.example' }
  return {
    ...run,
    tasks: [...run.tasks, ...tasks],
    sightings: [...run.sightings, ...lives],
    effects: [...run.effects, done(26, 'host', made)],
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
