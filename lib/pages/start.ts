import { markup } from '../language/markup.ts'
import { messagesFor } from '../language/messages.ts'
import { layOut, type PageStyle } from './layout.ts'

/** The page at `/`: what this place is, how an account begins, where developers read on. */
export function startPage(style: PageStyle): string {
  const words = messagesFor(style.language).start
  const steps = words.steps.map(
    (step) => markup`<li><h3>${step.name}</h3><p>${step.text}</p></li>\n`,
  )
  const content = markup`<div class="hero">
<h1>${words.heading(style.communityName)}</h1>
<p class="lead">${words.intro}</p>
</div>
<section class="card" aria-labelledby="steps">
<h2 id="steps">${words.stepsHeading}</h2>
<ol class="steps">
${steps}</ol>
<p>${words.registration}</p>
</section>
<div class="pair">
<section class="card" aria-labelledby="password">
<h2 id="password">${words.passwordHeading}</h2>
<p>${words.passwordText}</p>
</section>
<section class="card" aria-labelledby="developers">
<h2 id="developers">${words.developersHeading}</h2>
<p>${words.developersText}</p>
<ul class="links">
<li><a href="/docs">${words.documentation}</a></li>
<li><a href="/openapi.json">${words.description}</a></li>
</ul>
</section>
</div>`
  return layOut(style, words.title, content)
}
