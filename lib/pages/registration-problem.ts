import type { Language } from '../accounts/account.ts'
import { type FailureCode, failures } from '../failure.ts'
import { germanFailures } from '../language/german-failures.ts'
import { registrationPageMessages } from '../language/registration-pages.ts'
import type { ManagerView } from './registration-view.ts'

/** What went wrong, as far as the page knows: from a failure, or from an answer of the API. */
export interface Trouble {
  /** 0 where no answer came at all. */
  readonly status: number
  readonly code?: FailureCode | undefined
  /** English, and more exact than the code. */
  readonly text?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** True where the key opens no registration for this page, and nothing else is to be said (registrations.md). */
export function isDeadEnd({ status }: Trouble): boolean {
  return status === 401 || status === 403 || status === 404
}

/** True where a decision failed because there is one already. */
export function isTooLate(action: string | undefined, view: Pick<ManagerView, 'status'>): boolean {
  return (action === 'approve' || action === 'reject') && view.status !== 'pending'
}

/** What a person is told about it. */
export function sentenceOf(trouble: Trouble, language: Language): string {
  const words = registrationPageMessages(language)
  if (trouble.status === 0) return words.problem.unreachable
  const sentence = wordingOf(trouble, language) ?? words.problem.other
  const wait = trouble.retryAfterSeconds
  return wait === undefined ? sentence : `${sentence} ${words.problem.wait(wait)}`
}

function wordingOf({ code, text }: Trouble, language: Language): string | undefined {
  if (language === 'en') return text ?? (code && failures[code].text)
  return code && code !== 'invalid_input' ? germanFailures[code] : undefined
}

/** The failure whose sentence this is: the API says sentences, and in one language only. */
export function codeOfText(text: string): FailureCode | undefined {
  const codes = Object.keys(failures).filter((code): code is FailureCode => code in failures)
  return codes.find((code) => text.startsWith(failures[code].text))
}
