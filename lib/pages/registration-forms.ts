import * as z from 'zod'
import type { Language } from '../accounts/account.ts'
import { Failure } from '../failure.ts'
import { statusIn } from '../http/dialects.ts'
import { page, type Reply } from '../http/reply.ts'
import { formatMoment } from '../language/formats.ts'
import { registrationPageMessages } from '../language/registration-pages.ts'
import { once } from '../late.ts'
import type { PageStyle } from './layout.ts'
import { problemPage } from './problem.ts'
import {
  type AskerActions,
  type AskerOutcome,
  type ManagerActions,
  type ManagerOutcome,
  runAskerForm,
  runManagerForm,
} from './registration-actions.ts'
import { decisionContent, decisionTitle } from './registration-decision.ts'
import { answerPage } from './registration-layout.ts'
import { deadContent, type PageKind } from './registration-link.ts'
import { isDeadEnd, isTooLate, sentenceOf, type Trouble } from './registration-problem.ts'
import { type StatusPage, withdrawnView } from './registration-stage.ts'
import { statusContent, statusTitle } from './registration-status.ts'
import type { Credentials, Places, RegistrationPage, Typed } from './registration-view.ts'

const keys = () => ({ rid: z.string().max(128), token: z.string().max(128) })
const text = () => z.string().max(4000).optional()

/** Fields of every form of the status page. What they may hold is judged by the use cases. */
export const statusForm = once(() =>
  z.strictObject({
    ...keys(),
    action: z.enum(['show', 'answer', 'complete', 'new_password', 'withdraw']).optional(),
    text: text(),
    username: z.string().max(254).optional(),
    email: z.string().max(320).optional(),
    confirm: z.literal('yes').optional(),
  }),
)

/** Fields of every form of the decision page. */
export const decisionForm = once(() =>
  z.strictObject({
    ...keys(),
    action: z
      .enum(['show', 'approve', 'reject', 'claim', 'release', 'note', 'ask', 'undo'])
      .optional(),
    text: text(),
    tell: z.enum(['reason', 'decision', 'nothing']).optional(),
  }),
)

/** What answering a form needs besides the form: who may do what, and how the page looks. */
export interface Answering<Actions> {
  /** Opens the registration for the key; throws `unauthenticated` or `forbidden` like the API. */
  readonly open: (credentials: Credentials) => Promise<Actions>
  readonly style: PageStyle
  readonly places: Places
}

type Form = Typed & Credentials

/** Does what a form of the status page asks for, and shows the registration as it is then. */
export function answerStatusForm(
  { open, style, places }: Answering<AskerActions>,
  form: Form,
): Promise<Reply> {
  return orDeadEnd('status', style, async () => {
    const actions = await open(form)
    const tried = await attempt(() => runAskerForm(actions, form), style.language)
    const registration = tried.done?.isWithdrawn ? withdrawnView : await actions.read()
    const shown = { ...basis(style, places, form), registration }
    const { status = 200 } = tried
    return toPage({ ...shown, ...toAnswer(tried, form, style) }, style, status)
  })
}

function toPage(shown: StatusPage, style: PageStyle, status: number): Reply {
  return page(answerPage(style, statusTitle(shown), statusContent(shown)), status)
}

function toAnswer(tried: Tried<AskerOutcome>, form: Form, { language }: PageStyle) {
  const { asked } = registrationPageMessages(language).status
  return {
    problem: tried.problem,
    password: tried.done?.password,
    notice: tried.done?.isAnswered ? asked.done : undefined,
    typed: tried.problem === undefined ? undefined : form,
  }
}

/** Does what a form of the decision page asks for, and shows the registration as it is then. */
export function answerDecisionForm(
  { open, style, places }: Answering<ManagerActions>,
  form: Form,
): Promise<Reply> {
  return orDeadEnd('decision', style, async () => {
    const actions = await open(form)
    const tried = await attempt(() => runManagerForm(actions, form), style.language)
    const registration = await actions.read()
    const { done, tooLate } = registrationPageMessages(style.language).decision
    const isLate = tried.problem !== undefined && isTooLate(form.action, registration)
    const shown = {
      ...basis(style, places, form),
      registration,
      problem: isLate ? tooLate : tried.problem,
      notice: tried.done && done[tried.done],
      typed: tried.problem === undefined ? undefined : form,
    }
    return page(
      answerPage(style, decisionTitle(shown), decisionContent(shown)),
      tried.status ?? 200,
    )
  })
}

function basis(
  { language }: PageStyle,
  places: Places,
  { rid, token }: Credentials,
): RegistrationPage {
  const toMoment = (moment: string) => formatMoment(new Date(moment), language)
  return { language, ...places, toMoment, credentials: { rid, token }, isScripted: false }
}

interface Tried<Outcome> {
  readonly done?: Outcome | undefined
  readonly problem?: string
  readonly status?: number
}

// What a person can mend is said on the page; what the page cannot show anyway flies on.
async function attempt<Outcome extends AskerOutcome | ManagerOutcome>(
  run: () => Promise<Outcome>,
  language: Language,
): Promise<Tried<Outcome>> {
  try {
    return { done: await run() }
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'unavailable') throw error
    const trouble = troubleOf(error)
    if (isDeadEnd(trouble)) throw error
    return { problem: sentenceOf(trouble, language), status: trouble.status }
  }
}

// Without a challenge: a browser would open its login box instead of showing the page.
async function orDeadEnd(
  kind: PageKind,
  style: PageStyle,
  answer: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof Failure) || !isDeadEnd(troubleOf(error))) throw error
    const { dead } = registrationPageMessages(style.language)
    return page(answerPage(style, dead.title, deadContent(kind, style)), 404)
  }
}

function troubleOf({ code, details: { text, retryAfterSeconds } }: Failure): Trouble {
  const plain = text?.replace(/^\w+: /, '')
  return { status: statusIn('registrations', code), code, text: plain, retryAfterSeconds }
}

/** Any other failure of the forms as a page. */
export function registrationProblem(failure: Failure, style: PageStyle): Reply {
  const { retryAfterSeconds } = failure.details
  return page(problemPage({ ...style, code: failure.code, retryAfterSeconds }))
}
