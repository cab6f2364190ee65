import { expect, test } from 'vitest'
import { formatLocalMoment } from '../../lib/language/formats.ts'
import { decisionContent } from '../../lib/pages/registration-decision.ts'
import { keyPage } from '../../lib/pages/registration-layout.ts'
import { deadContent } from '../../lib/pages/registration-link.ts'
import { placesOf } from '../../lib/pages/registration-places.ts'
import { stageOf, withdrawnView } from '../../lib/pages/registration-stage.ts'
import { statusContent, statusTitle } from '../../lib/pages/registration-status.ts'
import type { AskerView, ManagerView, RegistrationPage } from '../../lib/pages/registration-view.ts'
import { toMarkup } from '../../lib/pages/tree-markup.ts'
import { sampleLook, sampleRegistrationPages } from './sample-registration-pages.ts'
import { askers, managers } from './sample-registrations.ts'

const hostile = '"><script>alert(1)</script>'
const look = sampleLook('en')

function status(
  registration: AskerView,
  more: Partial<RegistrationPage & { password: string }> = {},
) {
  return String(toMarkup(statusContent({ ...look, ...more, registration })))
}

function decision(registration: ManagerView, more: Partial<RegistrationPage> = {}) {
  return String(toMarkup(decisionContent({ ...look, ...more, registration })))
}

function actionsOf(html: string) {
  return [...html.matchAll(/name="action" value="(\w+)"/g)].map(([, action]) => action)
}

test.each([...sampleRegistrationPages('en'), ...sampleRegistrationPages('de')])(
  'the page "$name" in $language has one heading, landmarks, no inline script and nothing from elsewhere',
  ({ html, name }) => {
    expect(html.match(/<h1[ >]/g)).toHaveLength(1)
    expect(html.match(/<(header|main|footer)\b/g)).toHaveLength(3)
    const scripts = html.match(/<script[^>]*>.*?<\/script>/g) ?? []
    const own = { 'status-key': 'status', 'decide-key': 'decide' }[name]
    expect(scripts).toEqual(own ? [`<script src="/registrations/${own}.js" defer></script>`] : [])
    expect(html).not.toMatch(/<img|<iframe|\son\w+=|\sstyle=|javascript:|https?:\/\//i)
    expect(html).not.toContain('undefined')
  },
)

test.each([
  ['waiting', 'waiting', ['show', 'withdraw']],
  ['asked', 'asked', ['answer', 'show', 'withdraw']],
  ['pick', 'pick', ['complete', 'withdraw']],
  ['taken', 'pick', ['complete', 'withdraw']],
  ['making', 'making', ['show']],
  ['stuck', 'stuck', ['show']],
  ['givenUp', 'givenUp', []],
  ['ready', 'ready', ['new_password']],
  ['rejected', 'rejected', ['withdraw']],
  ['withdrawn', 'withdrawn', []],
] as const)('an asker at "%s" is in stage %s and can %j', (name, stage, actions) => {
  const html = status(askers[name])
  expect(html).toContain(`data-state="${stage}"`)
  expect(actionsOf(html)).toEqual(actions)
  expect(html.match(/name="token" value="t0ken"/g) ?? []).toHaveLength(actions.length)
})

test.each([
  ['fresh', ['claim', 'approve', 'reject', 'ask', 'note']],
  ['busy', ['release', 'approve', 'reject', 'ask', 'note']],
  ['approved', ['note']],
  ['rejected', ['undo', 'note']],
  ['withdrawn', []],
] as const)('a manager at "%s" can %j', (name, actions) => {
  expect(actionsOf(decision(managers[name]))).toEqual(actions)
})

const isReady = { matrix_status: 'success', account_status: 'success' } as const

test.each([
  ['a fresh one', managers.fresh, 'Deleted unless finished'],
  ['one whose accounts are being made', managers.approved, 'Deleted unless finished'],
  ['one whose accounts are ready', { ...managers.approved, ...isReady }, 'Will be deleted'],
  ['a rejected one', managers.rejected, 'Will be deleted'],
  ['a withdrawn one', managers.withdrawn, 'Will be deleted'],
])('a manager is told when %s is deleted', (_what, registration, words) => {
  expect(decision(registration)).toContain(`<dt>${words}</dt>`)
})

test('a page that has a script carries no key, no button to look again and no hint to look by hand', () => {
  const html = status(askers.waiting, { credentials: undefined, isScripted: true })
  expect(html).not.toContain('name="token"')
  expect(html).not.toContain('Check again')
  expect(html).toContain('looks again by itself')
})

test('no text of another person becomes markup', () => {
  const note = { by: hostile, at: '2026-11-20T15:00:00Z', text: hostile }
  const registration = { ...askers.asked, message: hostile, question: hostile }
  const pages = [
    status(registration, { typed: { action: 'answer', text: hostile } }),
    status({ ...askers.rejected, note: hostile }),
    status({ ...askers.pick, note: hostile, refused_username: hostile, email: hostile }),
    status({ ...askers.making, username: hostile }, { password: hostile, problem: hostile }),
    decision({ ...managers.busy, question: note, answer: note, message: hostile, notes: [note] }),
    decision(
      { ...managers.fresh, claimed_by: hostile, referral_code: hostile },
      { notice: hostile },
    ),
    decision({ ...managers.rejected, decided_by: hostile, note: hostile }),
  ]
  for (const html of pages) {
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;')
  }
})

test('the password is shown when it is made, and no new one is offered beside it', () => {
  const html = status(askers.ready, { password: 'Regen-Kastanie-7' })
  expect(html).toContain('<code id="password" translate="no">Regen-Kastanie-7</code>')
  expect(actionsOf(html)).toEqual([])
  expect(html).not.toContain('data-copy')
  expect(status(askers.ready, { password: 'x', isScripted: true })).toContain(
    'data-copy="password"',
  )
})

test('a refused username stays in its field, which says that it was refused', () => {
  const typed = { action: 'complete', username: 'robin..ash', email: 'r@mail.example' }
  const page = { ...look, registration: askers.pick, problem: 'Not that one.', typed }
  const html = String(toMarkup(statusContent(page)))
  expect(statusTitle(page)).toBe('Problem: Welcome! Pick your username')
  expect(html).toContain('value="robin..ash"')
  expect(html).toContain('value="r@mail.example"')
  expect(html).toContain('aria-describedby="outcome username-rules" aria-invalid="true"')
  expect(html).toContain('role="alert"')
})

test('a name that turned out to be taken is named', () => {
  expect(status(askers.taken)).toContain('the name robin cannot be had')
  expect(status(askers.taken, { problem: 'No.' })).not.toContain('cannot be had')
})

test('only the servers that give an account are shown, and only they count', () => {
  const registration = { ...askers.making, matrix_status: 'success', account_status: null } as const
  expect(stageOf(registration, ['matrix'])).toBe('ready')
  expect(stageOf(askers.stuck, ['matrix'])).toBe('ready')
  expect(status(registration, { targets: ['matrix'] })).not.toContain('Mail and everything')
  expect(stageOf({ ...registration, matrix_status: 'failed' }, ['yunohost'])).toBe('stuck')
})

test('an installation that names no server has none on its pages', () => {
  const places = placesOf(
    { targets: ['matrix'], managers: [], pendingCap: 1, matrixServerName: null },
    { mailDomain: 'example.org' },
  )
  expect(places).toEqual({ targets: ['matrix'], servers: { yunohost: 'example.org' } })
  const html = keyPage(
    'status',
    { language: 'en', communityName: 'A' },
    { targets: ['matrix'], servers: {} },
  )
  expect(html).toContain('data-targets="matrix" data-matrix="" data-yunohost=""')
  expect(status(askers.making, { servers: {} })).not.toContain('class="name"')
  expect(status(askers.making)).toContain('>@robin.ash<wbr>:chat.example.org</span>')
})

test('a place in the queue is told while there is one', () => {
  const next = { ...askers.waiting, position: 0 }
  expect(status(next)).toContain('Yours is the next one.')
  expect(status(next, { language: 'de' })).toContain('Deine ist die nächste.')
  const later = { ...managers.fresh, position: 1 }
  expect(decision(later)).toContain('1 that waits longer')
  expect(decision(later, { language: 'de' })).toContain('1, die länger wartet')
  expect(status({ ...askers.waiting, position: 1 })).toContain('1 other registration came before')
  expect(status({ ...askers.waiting, position: null })).not.toContain('before yours')
  const far = { ...askers.waiting, position: 100 }
  expect(status(far)).toContain('At least 100 other registrations came before yours.')
  expect(status(far, { language: 'de' })).toContain('Mindestens 100 andere')
  expect(status({ ...far, position: 99 })).toContain('>99 other registrations')
  expect(decision({ ...managers.fresh, position: 100 })).toContain('at least 100 that wait longer')
})

test('what is empty is said to be empty', () => {
  const html = decision(managers.silent)
  expect(html).toContain('They left it empty.')
  expect(html).toContain('There is no answer yet.')
  expect(html).toContain('There are none yet.')
  expect(html).toContain('none, or not confirmed yet')
  expect(html).not.toContain('Referral code')
  expect(status({ ...askers.waiting, message: null })).not.toContain('What you wrote')
  expect(status({ ...askers.rejected, note: null })).not.toContain('What the staff wrote')
  const unasked = { ...askers.asked, question: null, status: 'pending' } as const
  expect(status(unasked)).not.toContain('blockquote><form')
})

test('what was typed into a form of the desk comes back to that form alone', () => {
  const html = decision(managers.fresh, { problem: 'No.', typed: { action: 'ask', text: 'Why?' } })
  expect(html.match(/>Why\?<\/textarea>/g)).toHaveLength(1)
  expect(html).toContain('id="ask-text"')
})

test('a link to nowhere does not say whether there ever was a registration', () => {
  const html = String(toMarkup(deadContent('decision', { language: 'de' })))
  expect(html).toContain('Vielleicht ist die Registrierung fertig oder zurückgezogen')
  expect(html).toContain('href="/registrations/decide"')
})

test('what is left of a withdrawn registration has nothing to do', () => {
  expect(actionsOf(status(withdrawnView))).toEqual([])
})

test('a page with a script tells moments where its reader is', () => {
  const moment = new Date('2026-11-20T12:03:00Z')
  expect(formatLocalMoment(moment, 'en')).toMatch(/20 November 2026/)
  expect(formatLocalMoment(moment, 'de')).toMatch(/20\. November 2026/)
})
