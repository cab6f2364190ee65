import type { RegistrationPageMessages } from '../language/english-registration-pages.ts'
import { registrationPageMessages } from '../language/registration-pages.ts'
import { stateBadge } from './registration-account.ts'
import { askForm, claimForm, decideForms, noteForm, undoForm } from './registration-desk.ts'
import {
  factList,
  mainHeading,
  momentOf,
  outcome,
  placeOf,
  quotation,
  stateMark,
} from './registration-parts.ts'
import { stateOn } from './registration-stage.ts'
import type { ManagerView, RegistrationPage } from './registration-view.ts'
import { element, type Tree } from './tree.ts'

/** The decision page of one manager. */
export interface DecisionPage extends RegistrationPage {
  readonly registration: ManagerView
}

type Words = RegistrationPageMessages['decision']

/** The title of the page, for its tab. */
export function decisionTitle(page: DecisionPage): string {
  const words = registrationPageMessages(page.language)
  const title = words.decision.titles[page.registration.status]
  return page.problem === undefined ? title : words.problem.title(title)
}

const marks = {
  pending: 'asked',
  approved: 'done',
  rejected: 'stopped',
  deleted: 'stopped',
} as const

/** Everything between header and footer of the decision page. */
export function decisionContent(page: DecisionPage): Tree {
  const words = registrationPageMessages(page.language)
  const { status } = page.registration
  return element('div', { class: 'desk', 'data-state': status }, [
    element('div', { class: 'card' }, [
      stateMark(marks[status]),
      mainHeading(words.decision.titles[status]),
      outcome(page, words),
      decisionOf(page, words.decision),
      factList(factsOf(page, words)),
      status === 'pending' ? claimForm(page, words.decision) : undefined,
      wordsOf(page, words.decision),
    ]),
    status === 'pending' ? decideForms(page, words.decision) : undefined,
    status === 'rejected' ? undoForm(page, words.decision) : undefined,
    status === 'deleted' ? undefined : deskOf(page, words.decision),
  ])
}

function decisionOf({ registration, toMoment }: DecisionPage, words: Words): Tree {
  const { decided_by, decided_at, note } = registration
  return [
    decided_by && decided_at
      ? element('p', { class: 'lead' }, words.decidedBy(decided_by, toMoment(decided_at)))
      : undefined,
    note ? quotation(words.noteHeading, note) : undefined,
  ]
}

function factsOf(page: DecisionPage, all: RegistrationPageMessages) {
  const { registration } = page
  const { facts, ...words } = all.decision
  const known: (readonly [string, Tree])[] = [
    [facts.created, momentOf(page, registration.created)],
    [isOver(page) ? facts.ends : facts.expires, momentOf(page, registration.expires)],
    [facts.address, registration.address_confirmed ? words.confirmed : words.unconfirmed],
  ]
  if (registration.referral_code) known.push([facts.referral, registration.referral_code])
  if (registration.position !== null) {
    known.push([facts.position, placeOf(registration.position, words)])
  }
  if (registration.status === 'pending') {
    known.push([facts.claimedBy, registration.claimed_by ?? words.nobody])
  }
  return registration.status === 'approved' ? [...known, ...accountFacts(page, all)] : known
}

// Nothing that anybody does now makes it live on.
function isOver({ registration, targets }: DecisionPage): boolean {
  if (registration.status !== 'approved') return registration.status !== 'pending'
  return targets.every((target) => stateOn(registration, target) === 'success')
}

function accountFacts(
  { registration, targets }: DecisionPage,
  { status: { parts } }: RegistrationPageMessages,
): ReadonlyArray<readonly [string, Tree]> {
  return targets.map((target) => {
    const state = stateOn(registration, target)
    return [parts.targets[target], stateBadge(state, parts.states[state])]
  })
}

function wordsOf({ registration, ...page }: DecisionPage, words: Words): Tree {
  const { message, question, answer, history } = registration
  return [
    message
      ? quotation(words.messageHeading, message)
      : element('section', {}, [
          element('h2', {}, words.messageHeading),
          element('p', { class: 'quiet' }, words.noMessage),
        ]),
    question ? quotation(words.questionHeading, question.text) : undefined,
    question ? answerOf(answer, words) : undefined,
    history.length === 0 ? undefined : historyOf(history, words, page),
  ]
}

function answerOf(answer: ManagerView['answer'], words: Words): Tree {
  if (answer) return quotation(words.answerHeading, answer.text)
  return element('p', { class: 'quiet' }, words.noAnswer)
}

function historyOf(
  history: ManagerView['history'],
  words: Words,
  page: Pick<RegistrationPage, 'toMoment'>,
): Tree {
  return element('section', {}, [
    element('h2', {}, words.historyHeading),
    element(
      'ul',
      {},
      history.map(({ status, at }) =>
        element('li', {}, [momentOf(page, at), `: ${words.endings[status]}`]),
      ),
    ),
  ])
}

function deskOf(page: DecisionPage, words: Words): Tree {
  const { notes, status } = page.registration
  return element('div', { class: status === 'pending' ? 'pair' : undefined }, [
    status === 'pending' ? askForm(page, words) : undefined,
    element('section', { class: 'card', 'aria-labelledby': 'notes' }, [
      element('h2', { id: 'notes' }, words.notes.heading),
      notes.length === 0 ? element('p', { class: 'quiet' }, words.notes.none) : undefined,
      notes.map((note) =>
        element('article', { class: 'note' }, [
          element('p', { class: 'quiet' }, [note.by, ', ', momentOf(page, note.at)]),
          element('p', { class: 'written', dir: 'auto' }, note.text),
        ]),
      ),
      noteForm(page, words.notes),
    ]),
  ])
}
