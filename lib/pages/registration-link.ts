import { registrationPageMessages } from '../language/registration-pages.ts'
import { actionForm, mainHeading, outcome, stateMark, submitButton } from './registration-parts.ts'
import type { RegistrationPage } from './registration-view.ts'
import { element, type Tree } from './tree.ts'

/** Which of the two pages it is. */
export type PageKind = 'status' | 'decision'

/** Paths of the pages; a mailed link adds `#RID.TOKEN`, which no request ever carries. */
export const pagePaths = {
  status: '/registrations/status',
  decision: '/registrations/decide',
} as const satisfies Record<PageKind, string>

/** The page for whoever comes without a link, or without script: two fields open the registration. */
export function linkContent(
  kind: PageKind,
  page: Pick<RegistrationPage, 'language' | 'problem'>,
): Tree {
  const words = registrationPageMessages(page.language)
  const own = words[kind]
  return element('div', { class: 'card narrow', 'data-state': 'link' }, [
    mainHeading(own.title),
    outcome(page, words),
    element('p', { class: 'lead' }, own.linkLead),
    element('form', { method: 'post', action: pagePaths[kind], autocomplete: 'off' }, [
      keyField('rid', words.linkForm.rid),
      keyField('token', words.linkForm.token),
      element('p', { class: 'hint', id: 'key-hint' }, words.linkForm.hint),
      submitButton(own.linkSubmit),
    ]),
  ])
}

function keyField(name: 'rid' | 'token', label: string): Tree {
  return element('div', { class: 'field' }, [
    element('label', { for: name }, label),
    element('input', {
      id: name,
      name,
      type: name === 'token' ? 'password' : 'text',
      class: 'key',
      required: true,
      maxlength: '64',
      autocomplete: 'off',
      autocapitalize: 'none',
      spellcheck: 'false',
      'aria-describedby': 'key-hint',
    }),
  ])
}

/** A registration that could not be fetched: what was in the way, and a button that tries again. */
export function troubleContent(
  kind: PageKind,
  page: Pick<RegistrationPage, 'language' | 'problem'>,
): Tree {
  const words = registrationPageMessages(page.language)
  return element('div', { class: 'card narrow', 'data-state': 'trouble' }, [
    mainHeading(words[kind].title),
    outcome(page, words),
    actionForm({}, { name: 'show', path: pagePaths[kind] }, submitButton(words.checkAgain)),
  ])
}

/** What a link that opens nothing leads to: nobody is told whether the registration ever was. */
export function deadContent(kind: PageKind, page: Pick<RegistrationPage, 'language'>): Tree {
  const { dead } = registrationPageMessages(page.language)
  return element('div', { class: 'card narrow', 'data-state': 'dead' }, [
    stateMark('stopped'),
    mainHeading(dead.title),
    element('p', { class: 'lead' }, dead.lead),
    element('h2', {}, dead.heading),
    element(
      'ul',
      {},
      dead.steps.map((step) => element('li', {}, step)),
    ),
    element('p', {}, element('a', { href: pagePaths[kind] }, dead.again)),
  ])
}
