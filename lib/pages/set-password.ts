import type { FailureCode } from '../failure.ts'
import type { Messages } from '../language/english.ts'
import { type Markup, markup } from '../language/markup.ts'
import { messagesFor } from '../language/messages.ts'
import { layOut, type PageStyle } from './layout.ts'

/** What `/password_reset` shows: the form behind a good link, or what to do about another one. */
export type SetPasswordPage = PageStyle &
  (
    | {
        readonly state: 'form'
        readonly token: string
        /** For password managers, which file a password under it. Only a good link brings it here. */
        readonly username: string
        /** Why the last try was refused. */
        readonly problem?: FailureCode | undefined
      }
    | { readonly state: 'expired' | 'invalid' | 'missing' }
  )

/** The page of a mailed link. It changes nothing: its form posts to `/password_reset`. */
export function setPasswordPage(page: SetPasswordPage): string {
  const words = messagesFor(page.language)
  if (page.state !== 'form') return layDeadLink(page, words.setPassword)
  const problem = page.problem === undefined ? undefined : words.failure(page.problem)
  const title = problem === undefined ? words.setPassword.title : words.setPassword.titleWithProblem
  return layOut(page, title, writeForm(words.setPassword, { ...page, problem }))
}

type Words = Messages['setPassword']

interface Form {
  readonly token: string
  readonly username: string
  readonly problem: string | undefined
}

function writeForm(words: Words, form: Form): Markup {
  const describedBy = form.problem === undefined ? 'rules' : 'problem rules'
  return markup`<div class="card narrow">
<h1>${words.title}</h1>
${form.problem === undefined ? undefined : writeProblem(words, form.problem)}
<form method="post" action="/password_reset">
<input type="hidden" name="token" value="${form.token}">
<div class="whose"><span id="whose">${words.forAccount}</span> <strong>${form.username}</strong></div>
<input class="unseen" type="text" value="${form.username}" autocomplete="username" aria-labelledby="whose" readonly tabindex="-1">
<label for="new-password">${words.label}</label>
<input id="new-password" name="new_password" type="password" required autocomplete="new-password" autocapitalize="none" spellcheck="false" aria-describedby="${describedBy}"${form.problem === undefined ? undefined : invalid}>
<div class="hint" id="rules">
<p>${words.rulesIntro}</p>
<ul>
${words.rules.map((rule) => markup`<li>${rule}</li>\n`)}</ul>
<p>${words.advice}</p>
</div>
<button type="submit">${words.submit}</button>
<p class="quiet">${words.aftermath}</p>
</form>
</div>`
}

const invalid = markup` aria-invalid="true"`

function writeProblem(words: Words, problem: string): Markup {
  return markup`<div class="problem" role="alert">
<h2>${words.problemHeading}</h2>
<p id="problem"><a href="#new-password">${problem}</a></p>
</div>`
}

function layDeadLink(
  page: PageStyle & { readonly state: keyof Words['deadLinks'] },
  words: Words,
): string {
  const dead = words.deadLinks[page.state]
  const content = markup`<div class="card narrow">
<h1>${dead.title}</h1>
<p class="lead">${dead.text}</p>
<h2>${words.nextHeading}</h2>
<ul>
${words.next.map((step) => markup`<li>${step}</li>\n`)}</ul>
</div>`
  return layOut(page, dead.title, content)
}
