import type { FailureCode } from '../failure.ts'
import type { Messages } from '../language/english.ts'
import { markup } from '../language/markup.ts'
import { messagesFor } from '../language/messages.ts'
import { layOut, type PageStyle } from './layout.ts'

/** A failure that a browser is shown. */
export interface ProblemPage extends PageStyle {
  readonly code: FailureCode
  /** The same number as in `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined
}

/** The page of any failure: what happened, and what to do now. */
export function problemPage(page: ProblemPage): string {
  const words = messagesFor(page.language)
  const title = words.problem.titles[toTitle(page.code)]
  const wait = page.retryAfterSeconds
  const content = markup`<div class="card narrow">
<h1>${title}</h1>
<p class="lead">${words.failure(page.code)}</p>
${wait === undefined ? undefined : markup`<p>${words.problem.tryAgainIn(wait)}</p>`}
<p><a class="button" href="/">${words.problem.toStart}</a></p>
</div>`
  return layOut(page, title, content)
}

/** The page of an address that leads nowhere. */
export function notFoundPage(style: PageStyle): string {
  const words = messagesFor(style.language).problem
  const content = markup`<div class="card narrow">
<h1>${words.titles.notFound}</h1>
<p class="lead">${words.notFoundText}</p>
<p><a class="button" href="/">${words.toStart}</a></p>
</div>`
  return layOut(style, words.titles.notFound, content)
}

function toTitle(code: FailureCode): keyof Messages['problem']['titles'] {
  switch (code) {
    case 'not_found':
    case 'unknown_task':
      return 'notFound'
    case 'too_many_requests':
      return 'tooMany'
    case 'unavailable':
      return 'unavailable'
    case 'internal':
      return 'internal'
    default:
      return 'refused'
  }
}
