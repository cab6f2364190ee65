import { registrationPageMessages } from '../language/registration-pages.ts'
import { pagePaths } from './registration-link.ts'
import { actionForm, submitButton } from './registration-parts.ts'
import type { StatusPage } from './registration-stage.ts'
import { element, type Tree } from './tree.ts'

/** The form that picks a username, with its rules: those of lib/accounts/rules.ts. */
export function usernameForm(page: StatusPage): Tree {
  const { pick } = registrationPageMessages(page.language).status
  const { registration, typed, problem } = page
  // Only trying tells what Matrix names are taken, and then another one can be picked (registrations.md).
  const taken = problem === undefined ? registration.refused_username : null
  return [
    taken === null ? undefined : element('p', { class: 'notice' }, pick.taken(taken)),
    actionForm(page, { name: 'complete', path: pagePaths.status }, [
      usernameField(pick, { value: typed?.username, isRefused: problem !== undefined }),
      emailField(pick, typed?.email ?? registration.email ?? undefined),
      submitButton(pick.submit),
    ]),
  ]
}

type Words = ReturnType<typeof registrationPageMessages>['status']['pick']

function usernameField(
  words: Words,
  { value, isRefused }: { readonly value: string | undefined; readonly isRefused: boolean },
): Tree {
  return element('div', { class: 'field' }, [
    element('label', { for: 'username' }, words.label),
    element('input', {
      id: 'username',
      name: 'username',
      type: 'text',
      value,
      required: true,
      minlength: '2',
      maxlength: '20',
      pattern: '[A-Za-z][A-Za-z0-9]*([._][A-Za-z0-9]+)*',
      autocomplete: 'username',
      autocapitalize: 'none',
      spellcheck: 'false',
      'aria-describedby': isRefused ? 'outcome username-rules' : 'username-rules',
      'aria-invalid': isRefused ? 'true' : undefined,
    }),
    element('div', { class: 'hint', id: 'username-rules' }, [
      element('p', {}, words.rulesIntro),
      element(
        'ul',
        {},
        words.rules.map((rule) => element('li', {}, rule)),
      ),
    ]),
  ])
}

function emailField(words: Words, value: string | undefined): Tree {
  return element('div', { class: 'field' }, [
    element('label', { for: 'email' }, words.email),
    element('input', {
      id: 'email',
      name: 'email',
      type: 'email',
      value,
      maxlength: '254',
      autocomplete: 'email',
      'aria-describedby': 'email-hint',
    }),
    element('p', { class: 'hint', id: 'email-hint' }, words.emailHint),
  ])
}
