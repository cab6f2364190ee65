import type { RegistrationPageMessages } from '../language/english-registration-pages.ts'
import { mostAhead } from '../registrations/policy.ts'
import type { RegistrationPage } from './registration-view.ts'
import { type Attributes, element, type Tree } from './tree.ts'

/** A form of one action; without script it carries the key to the registration. */
export function actionForm(
  page: Pick<RegistrationPage, 'credentials'>,
  action: { readonly name: string; readonly path: string },
  content: Tree,
): Tree {
  const { credentials } = page
  const keys = credentials
    ? [hidden('rid', credentials.rid), hidden('token', credentials.token)]
    : []
  return element('form', { method: 'post', action: action.path, autocomplete: 'off' }, [
    keys,
    hidden('action', action.name),
    content,
  ])
}

function hidden(name: string, value: string): Tree {
  return element('input', { type: 'hidden', name, value })
}

/** The button that sends a form. */
export function submitButton(label: string, look?: 'plain' | 'grave'): Tree {
  return element('button', { type: 'submit', class: look }, label)
}

/** A labelled field of several lines, with a hint below. Its name is `text`. */
export function textField(field: {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly isRequired: boolean
  readonly value?: string | undefined
}): Tree {
  const { id, label, hint, isRequired, value } = field
  return element('div', { class: 'field' }, [
    element('label', { for: id }, label),
    element(
      'textarea',
      {
        id,
        name: 'text',
        rows: '4',
        maxlength: '2000',
        required: isRequired ? true : undefined,
        'aria-describedby': hint ? `${id}-hint` : undefined,
      },
      value,
    ),
    hint ? element('p', { class: 'hint', id: `${id}-hint` }, hint) : undefined,
  ])
}

/** Words of somebody, with their lines as they were written, under a heading of their own. */
export function quotation(heading: string, text: string): Tree {
  return element('section', {}, [element('h2', {}, heading), quote(text)])
}

/** Words of somebody, as they were written. */
export function quote(text: string): Tree {
  return element('blockquote', { class: 'quote', dir: 'auto' }, text)
}

/** What was refused, where it is read at once, and what was done. */
export function outcome(
  { problem, notice }: Pick<RegistrationPage, 'problem' | 'notice'>,
  words: RegistrationPageMessages,
): Tree {
  if (problem !== undefined) {
    return element('div', { class: 'problem', role: 'alert', tabindex: '-1', id: 'outcome' }, [
      element('h2', {}, words.problem.heading),
      element('p', {}, problem),
    ])
  }
  return notice === undefined
    ? undefined
    : element('p', { class: 'notice', role: 'status' }, notice)
}

/** Names and values below each other. */
export function factList(facts: ReadonlyArray<readonly [name: string, value: Tree]>): Tree {
  return element(
    'dl',
    { class: 'facts' },
    facts.map(([name, value]) =>
      element('div', {}, [element('dt', {}, name), element('dd', {}, value)]),
    ),
  )
}

/** A moment that programs can read too. */
export function momentOf(page: Pick<RegistrationPage, 'toMoment'>, moment: string): Tree {
  return element('time', { datetime: moment }, page.toMoment(moment))
}

/** How many registrations came before one, in the words of its page; past the most that are counted, no number. */
export function placeOf(position: number, words: PlaceWords): string {
  return position < mostAhead ? words.ahead(position) : words.farBack(mostAhead)
}

type PlaceWords = Pick<RegistrationPageMessages['status'], 'ahead' | 'farBack'>

/** The heading of a page: its only one of this level, and where the focus goes after a change. */
export function mainHeading(title: string): Tree {
  return element('h1', { tabindex: '-1', id: 'title' }, title)
}

const shapes = {
  under: 'M12 7v5.5l3.5 2',
  asked: 'M9.6 9.6a2.5 2.5 0 1 1 3.7 2.2c-.9.5-1.3 1-1.3 2M12 16.6v.1',
  done: 'M7.5 12.5l3 3 6-6.5',
  stopped: 'M12 7.5v5.5M12 16.4v.1',
} as const

/** The sign of a state; what it means is also said in words. */
export function stateMark(kind: keyof typeof shapes): Tree {
  const drawing: Attributes = {
    class: `state ${kind}`,
    viewBox: '0 0 24 24',
    width: '44',
    height: '44',
    'aria-hidden': 'true',
    focusable: 'false',
  }
  return element('svg', drawing, [
    element('circle', { cx: '12', cy: '12', r: '10.5' }),
    element('path', { d: shapes[kind] }),
  ])
}

/** What was typed into the form of this action, when it was refused. */
export function typedText({ typed }: Pick<RegistrationPage, 'typed'>, action: string) {
  return typed?.action === action ? typed.text : undefined
}
