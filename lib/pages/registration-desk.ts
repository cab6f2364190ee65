import type { RegistrationPageMessages } from '../language/english-registration-pages.ts'
import type { DeskAction } from './registration-actions.ts'
import { pagePaths } from './registration-link.ts'
import { actionForm, submitButton, textField, typedText } from './registration-parts.ts'
import type { ManagerView, RegistrationPage } from './registration-view.ts'
import { element, type Tree } from './tree.ts'

type Words = RegistrationPageMessages['decision']

type Action = 'approve' | 'reject' | DeskAction

const tellings = ['reason', 'decision', 'nothing'] as const

function form(page: Pick<RegistrationPage, 'credentials'>, name: Action, content: Tree) {
  return actionForm(page, { name, path: pagePaths.decision }, content)
}

function fieldOf(page: RegistrationPage, action: Action) {
  return { id: `${action}-text`, value: typedText(page, action) }
}

function card(id: string, heading: string, content: Tree): Tree {
  return element('section', { class: 'card', 'aria-labelledby': id }, [
    element('h2', { id }, heading),
    content,
  ])
}

/** The two forms that decide. */
export function decideForms(page: RegistrationPage, { approve, reject }: Words): Tree {
  const { label, hint } = approve
  const word = { ...fieldOf(page, 'approve'), label, hint, isRequired: false }
  const reason = { ...fieldOf(page, 'reject'), label: reject.label, isRequired: false }
  return element('div', { class: 'pair' }, [
    card(
      'approve',
      approve.heading,
      form(page, 'approve', [textField(word), submitButton(approve.submit)]),
    ),
    card(
      'reject',
      reject.heading,
      form(page, 'reject', [
        textField(reason),
        element('fieldset', {}, [
          element('legend', {}, reject.legend),
          tellings.map((tell, index) => tellChoice(tell, reject.tell[tell], index === 0)),
        ]),
        submitButton(reject.submit, 'grave'),
      ]),
    ),
  ])
}

function tellChoice(value: string, label: string, isChosen: boolean): Tree {
  return element('label', { class: 'choice' }, [
    element('input', { type: 'radio', name: 'tell', value, checked: isChosen || undefined }),
    element('span', {}, label),
  ])
}

/** Looking after a registration, so that two do not do the same, or no longer. */
export function claimForm(
  page: RegistrationPage & { readonly registration: ManagerView },
  words: Words,
): Tree {
  const claiming = page.registration.claimed_by === null ? 'claim' : 'release'
  return form(page, claiming, submitButton(words[claiming], 'plain'))
}

/** Asking back. */
export function askForm(page: RegistrationPage, { ask }: Words): Tree {
  const { label, hint } = ask
  return card(
    'ask',
    ask.heading,
    form(page, 'ask', [
      textField({ ...fieldOf(page, 'ask'), label, hint, isRequired: true }),
      submitButton(ask.submit, 'plain'),
    ]),
  )
}

/** A note for the other managers. */
export function noteForm(page: RegistrationPage, { label, hint, submit }: Words['notes']): Tree {
  return form(page, 'note', [
    textField({ ...fieldOf(page, 'note'), label, hint, isRequired: true }),
    submitButton(submit, 'plain'),
  ])
}

/** Taking a rejection back. */
export function undoForm(page: RegistrationPage, { undo }: Words): Tree {
  return card('undo', undo.heading, [
    element('p', {}, undo.text),
    form(page, 'undo', submitButton(undo.submit, 'plain')),
  ])
}
