import * as z from 'zod'
import type { Language } from '../accounts/account.ts'
import { Failure, type FailureCode, failureEntry } from '../failure.ts'
import { page, type Reply } from '../http/reply.ts'
import type { ReadBy } from '../late.ts'
import { linkToken } from '../passwords/link-token.ts'
import { typedPassword } from '../passwords/rules.ts'
import { type PasswordTask, type SetPasswordUses, setPassword } from '../passwords/set-password.ts'
import { stateOfLink } from '../passwords/state-of-link.ts'
import { readTaskByToken } from '../queue/read-task.ts'
import type { PageStyle } from './layout.ts'
import { passwordSetPage } from './password-set.ts'
import { problemPage } from './problem.ts'
import { setPasswordPage } from './set-password.ts'

/** Fields of the form that sets a password, and of the button that asks how far the change is. */
export const passwordForm = () =>
  z.strictObject({
    token: linkToken().optional(),
    new_password: typedPassword().max(1024).optional(),
    '2fa_code': z.string().max(32).optional(),
    task_id: z.string().max(64).optional(),
    task_token: z.string().max(64).optional(),
  })
type Form = ReadBy<typeof passwordForm>

/** Everything that can be wrong with the form. */
export const passwordFormFailures = [
  'link_missing',
  'link_invalid',
  'link_expired',
  'password_common',
  'password_personal',
  'password_too_long',
  'password_too_short',
  'password_too_simple',
  'password_too_weak',
  'password_unprintable',
  'unknown_task',
] as const satisfies readonly FailureCode[]

/** How the client wants its answer. */
export interface AnswerStyle {
  readonly wantsPage: boolean
  readonly language: Language | undefined
}

/** Sets the password, or shows how far the change is. Throws what `setPassword` throws, except to a browser. */
export async function answerPasswordForm(
  uses: SetPasswordUses,
  form: Form,
  { wantsPage, language }: AnswerStyle,
) {
  const { communityName, defaultLanguage } = uses.site
  const style = { language: language ?? defaultLanguage, communityName }
  if (form.task_id !== undefined) {
    return showTask(uses, style, { taskId: form.task_id, taskToken: form.task_token ?? '' })
  }
  if (!form.token) throw new Failure('link_missing')
  const password = form.new_password
  if (password === undefined) {
    throw new Failure('invalid_input', {
      field: 'new_password',
      text: 'new_password: Please give a password.',
    })
  }
  try {
    const done = await setPassword(uses, { token: form.token, password })
    if (wantsPage) return await showDone(uses, style, done)
    const next = done.goesToHost ? ' The server gets it in a moment.' : ''
    const message = `The password is set.${next}`
    return { message, task_id: done.taskId, task_token: done.taskToken }
  } catch (error) {
    if (!wantsPage || !isAboutTheForm(error)) throw error
    return showProblem(uses, style, { token: form.token, failure: error })
  }
}

/** Any other failure of the form as a page. */
export function passwordProblem(failure: Failure, style: PageStyle): Reply {
  const { retryAfterSeconds } = failure.details
  return page(problemPage({ ...style, code: failure.code, retryAfterSeconds }))
}

type FormFailure = Failure & {
  readonly code: Extract<FailureCode, `password_${string}` | `link_${string}`>
}

function isAboutTheForm(error: unknown): error is FormFailure {
  return error instanceof Failure && /^(password|link)_/.test(error.code)
}

async function showProblem(
  uses: SetPasswordUses,
  style: PageStyle,
  { token, failure }: { readonly token: string; readonly failure: FormFailure },
): Promise<Reply> {
  const { status } = failureEntry(failure.code)
  if (failure.code === 'link_expired')
    return page(setPasswordPage({ ...style, state: 'expired' }), status)
  const link = await stateOfLink(uses, token)
  const problem = link.state === 'form' ? { problem: failure.code } : {}
  return page(setPasswordPage({ ...style, ...link, ...problem }), status)
}

async function showDone(uses: SetPasswordUses, style: PageStyle, done: PasswordTask) {
  if (done.goesToHost) return showTask(uses, style, done)
  const task = { id: done.taskId, status: 'finished' } as const
  return page(passwordSetPage({ ...style, taskToken: done.taskToken, task }))
}

async function showTask(
  uses: SetPasswordUses,
  style: PageStyle,
  { taskId, taskToken }: { readonly taskId: string; readonly taskToken: string },
): Promise<Reply> {
  const { id, status, position, expectedSeconds } = await readTaskByToken(uses, taskId, taskToken)
  const wait = { ahead: position ?? undefined, expectedSeconds: expectedSeconds ?? undefined }
  return page(passwordSetPage({ ...style, taskToken, task: { id, status, ...wait } }))
}
