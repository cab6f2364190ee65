import type { Language } from '../../lib/accounts/account.ts'
import { formatMoment } from '../../lib/language/formats.ts'
import { decisionContent, decisionTitle } from '../../lib/pages/registration-decision.ts'
import { answerPage, keyPage } from '../../lib/pages/registration-layout.ts'
import { deadContent, troubleContent } from '../../lib/pages/registration-link.ts'
import { statusContent, statusTitle } from '../../lib/pages/registration-status.ts'
import type { RegistrationPage } from '../../lib/pages/registration-view.ts'
import { askers, managers } from './sample-registrations.ts'

/** An installation that gives accounts on both servers. */
export const samplePlaces = {
  targets: ['matrix', 'yunohost'],
  servers: { matrix: 'chat.example.org', yunohost: 'example.org' },
} as const

/** How the server writes the pages for whoever has no script. */
export function sampleLook(language: Language): RegistrationPage {
  return {
    language,
    ...samplePlaces,
    toMoment: (moment) => formatMoment(new Date(moment), language),
    credentials: { rid: 'r1d', token: 't0ken' },
    isScripted: false,
  }
}

/** One of each page about a registration. */
export function sampleRegistrationPages(language: Language) {
  const style = { language, communityName: 'Blåhaj Land' } as const
  const look = sampleLook(language)
  const own = Object.entries(askers).map(([name, registration]) => {
    const page = { ...look, registration }
    return [`status-${name}`, answerPage(style, statusTitle(page), statusContent(page))]
  })
  const desk = Object.entries(managers).map(([name, registration]) => {
    const page = { ...look, registration }
    return [`decide-${name}`, answerPage(style, decisionTitle(page), decisionContent(page))]
  })
  const typed = { action: 'complete', username: 'robin..ash', email: 'robin@mail.example' }
  const refused = {
    ...look,
    registration: askers.pick,
    problem: 'This name cannot be used.',
    typed,
  }
  const secret = { ...look, registration: askers.making, password: 'Regen-Kastanie-7-Turm' }
  const problem = 'The server could not be reached.'
  const others = {
    'status-key': keyPage('status', style, look),
    'decide-key': keyPage('decision', style, look),
    'status-refused': answerPage(style, statusTitle(refused), statusContent(refused)),
    'status-secret': answerPage(style, statusTitle(secret), statusContent(secret)),
    'status-dead': answerPage(style, 'Dead', deadContent('status', look)),
    'decide-trouble': answerPage(
      style,
      'Trouble',
      troubleContent('decision', { ...look, problem }),
    ),
  }
  return [...own, ...desk, ...Object.entries(others)].map(([name = '', html = '']) => ({
    name,
    language,
    html,
  }))
}
