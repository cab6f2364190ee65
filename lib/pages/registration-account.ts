import { registrationPageMessages } from '../language/registration-pages.ts'
import type { Target } from '../registrations/registration.ts'
import { pagePaths } from './registration-link.ts'
import { actionForm, factList, submitButton } from './registration-parts.ts'
import { type StatusPage, stageOf, stateOn } from './registration-stage.ts'
import type { TargetState } from './registration-view.ts'
import { element, type Tree } from './tree.ts'

/** The password, in the one answer that has it. */
export function passwordPanel(page: StatusPage): Tree {
  if (page.password === undefined) return undefined
  const words = registrationPageMessages(page.language).status.password
  return element('section', { class: 'secret', 'aria-labelledby': 'password-heading' }, [
    element('h2', { id: 'password-heading' }, words.heading),
    element('p', {}, words.lead),
    element('p', {}, element('code', { id: 'password', translate: 'no' }, page.password)),
    page.isScripted
      ? element('button', { type: 'button', class: 'plain', 'data-copy': 'password' }, words.copy)
      : undefined,
    element('p', { class: 'quiet' }, words.secret),
  ])
}

/** The username, and how far the account is on each server. */
export function progress(page: StatusPage): Tree {
  const { username, parts } = registrationPageMessages(page.language).status
  const stage = stageOf(page.registration, page.targets)
  const rows = page.targets.map((target) => {
    const state = stateOn(page.registration, target)
    const name = accountName(page, target)
    const label = stage === 'givenUp' && state === 'failed' ? parts.givenUp : parts.states[state]
    return [parts.targets[target], [name, stateBadge(state, label)]] as const
  })
  return element('section', { 'aria-labelledby': 'progress' }, [
    element('h2', { id: 'progress' }, stage === 'ready' ? parts.readyHeading : parts.heading),
    factList([
      [username, element('strong', { translate: 'no' }, page.registration.username)],
      ...rows,
    ]),
  ])
}

// As it is written there: @robin:chat.example.org (Matrix, appendix 4.2) and robin@example.org.
function accountName({ registration: { username }, servers }: StatusPage, target: Target): Tree {
  const server = servers[target]
  if (server === undefined) return undefined
  const [name, home] =
    target === 'matrix' ? [`@${username}`, `:${server}`] : [username, `@${server}`]
  return element('span', { class: 'name', translate: 'no' }, [name, element('wbr', {}), home])
}

/** The state on one server, with a sign that does not depend on colour. */
export function stateBadge(state: TargetState, label: string): Tree {
  return element('span', { class: `badge ${state}` }, label)
}

/** The form that makes a new password, as long as nobody signed in with the old one. */
export function renewForm(page: StatusPage): Tree {
  if (!page.registration.can_renew_password || page.password !== undefined) return undefined
  const words = registrationPageMessages(page.language).status.renew
  return element('section', { 'aria-labelledby': 'renew' }, [
    element('h2', { id: 'renew' }, words.heading),
    element('p', {}, words.text),
    actionForm(
      page,
      { name: 'new_password', path: pagePaths.status },
      submitButton(words.submit, 'plain'),
    ),
  ])
}
