import type { Language } from '../accounts/account.ts'
import { type Markup, markup } from '../language/markup.ts'
import { messagesFor } from '../language/messages.ts'

/** What every page needs to know. */
export interface PageStyle {
  readonly language: Language
  readonly communityName: string
  /** Path of the page's own script; without it the page has none. */
  readonly script?: string | undefined
}

/** The whole page as text: one stylesheet, no script but its own, nothing from elsewhere. `title` is what tabs and history show. */
export function layOut(style: PageStyle, title: string, content: Markup): string {
  const words = messagesFor(style.language).layout
  return `<!doctype html>\n${markup`<html lang="${style.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${words.titleOf(title, style.communityName)}</title>
<link rel="stylesheet" href="/style.css">${style.script === undefined ? undefined : scriptTag(style.script)}
</head>
<body>
<a class="skip" href="#content">${words.skipToContent}</a>
<header class="top">
<a class="brand" href="/" aria-label="${style.communityName}: ${words.home}">${mark()}<span>${style.communityName}</span></a>
</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer class="bottom">
<p>${words.footer(style.communityName)}</p>
</footer>
</body>
</html>`}\n`
}

function scriptTag(path: string): Markup {
  return markup`\n<script src="${path}" defer></script>`
}

// A gate with one leaf open, drawn here because the pages load nothing.
function mark(): Markup {
  return markup`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
<path class="mark-arch" d="M4 29V15a12 12 0 0 1 24 0v14" fill="none" stroke-width="3" stroke-linecap="round"/>
<path class="mark-door" d="M8.5 30.5V15A7.5 7.5 0 0 1 16 7.5v23z"/>
<circle class="mark-knob" cx="13" cy="19" r="1.5"/>
</svg>`
}
