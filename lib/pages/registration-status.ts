import type { RegistrationPageMessages } from '../language/english-registration-pages.ts'
import { registrationPageMessages } from '../language/registration-pages.ts'
import { passwordPanel, progress, renewForm } from './registration-account.ts'
import { pagePaths } from './registration-link.ts'
import {
  actionForm,
  mainHeading,
  outcome,
  placeOf,
  quotation,
  quote,
  stateMark,
  submitButton,
  textField,
  typedText,
} from './registration-parts.ts'
import { type Stage, type StatusPage, stageOf } from './registration-stage.ts'
import { usernameForm } from './registration-username.ts'
import { element, type Tree } from './tree.ts'

/** The title of the page, for its tab. */
export function statusTitle(page: StatusPage): string {
  const words = registrationPageMessages(page.language)
  const { title } = words.status[stageOf(page.registration, page.targets)]
  return page.problem === undefined ? title : words.problem.title(title)
}

const marks = {
  waiting: 'under',
  asked: 'asked',
  pick: 'done',
  making: 'under',
  stuck: 'stopped',
  givenUp: 'stopped',
  ready: 'done',
  rejected: 'stopped',
  withdrawn: 'done',
} as const satisfies Record<Stage, Parameters<typeof stateMark>[0]>

/** Everything between header and footer of the status page. */
export function statusContent(page: StatusPage): Tree {
  const words = registrationPageMessages(page.language)
  const stage = stageOf(page.registration, page.targets)
  return element('div', { class: 'card narrow', 'data-state': stage }, [
    stateMark(marks[stage]),
    mainHeading(words.status[stage].title),
    outcome(page, words),
    element('p', { class: 'lead' }, words.status[stage].lead),
    bodyOf(stage, page, words.status),
    ending(stage, page, words),
  ])
}

type Words = RegistrationPageMessages['status']

function bodyOf(stage: Stage, page: StatusPage, words: Words): Tree {
  const { registration } = page
  switch (stage) {
    case 'waiting':
      return registration.position === null
        ? undefined
        : element('p', { class: 'place' }, placeOf(registration.position, words))
    case 'asked':
      return answerForm(page, words)
    case 'pick':
      return [noteOf(page, words), usernameForm(page)]
    case 'making':
    case 'stuck':
    case 'givenUp':
    case 'ready':
      return [passwordPanel(page), progress(page), renewForm(page)]
    case 'rejected':
      return noteOf(page, words)
    case 'withdrawn':
      return undefined
  }
}

function answerForm(page: StatusPage, { asked }: Words): Tree {
  const { question } = page.registration
  return [
    [question].filter((text) => text !== null).map(quote),
    actionForm(page, { name: 'answer', path: pagePaths.status }, [
      textField({
        id: 'answer',
        label: asked.label,
        isRequired: true,
        value: typedText(page, 'answer'),
      }),
      submitButton(asked.submit),
    ]),
  ]
}

function noteOf({ registration: { note } }: StatusPage, words: Words): Tree {
  return note ? quotation(words.noteHeading, note) : undefined
}

// What can still change is looked at again; what has an end says when; what has no account can be withdrawn.
const changing: ReadonlySet<Stage> = new Set(['waiting', 'asked', 'making', 'stuck'])
const withdrawable: ReadonlySet<Stage> = new Set(['waiting', 'asked', 'pick', 'rejected'])

function ending(stage: Stage, page: StatusPage, words: RegistrationPageMessages): Tree {
  if (stage === 'withdrawn') return undefined
  const { message, expires } = page.registration
  const lives = stage === 'ready' ? words.status.livesReady : words.status.lives
  return [
    changing.has(stage) ? lookAgain(stage, page, words) : undefined,
    message && withdrawable.has(stage)
      ? quotation(words.status.messageHeading, message)
      : undefined,
    element('p', { class: 'quiet' }, lives(page.toMoment(expires))),
    withdrawable.has(stage) ? withdrawForm(page, words.status.withdraw) : undefined,
  ]
}

function lookAgain(stage: Stage, page: StatusPage, words: RegistrationPageMessages): Tree {
  if (page.isScripted) return element('p', { class: 'quiet' }, words.looksAgain)
  const look = stage === 'asked' ? 'plain' : undefined
  return actionForm(
    page,
    { name: 'show', path: pagePaths.status },
    submitButton(words.checkAgain, look),
  )
}

function withdrawForm(page: StatusPage, words: Words['withdraw']): Tree {
  return element('details', { class: 'withdraw' }, [
    element('summary', {}, words.summary),
    actionForm(page, { name: 'withdraw', path: pagePaths.status }, [
      element('p', {}, words.text),
      element('label', { class: 'choice' }, [
        element('input', { type: 'checkbox', name: 'confirm', value: 'yes', required: true }),
        element('span', {}, words.confirm),
      ]),
      submitButton(words.submit, 'grave'),
    ]),
  ])
}
