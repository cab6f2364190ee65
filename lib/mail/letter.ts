import type { Language } from '../accounts/account.ts'
import { type Markup, markup } from '../language/markup.ts'
import type { Mail, Site } from '../ports.ts'

/** What a mail says, once, so that its text and its HTML cannot differ. */
export interface Letter {
  readonly subject: string
  readonly greeting: string
  readonly paragraphs: readonly string[]
  /** Names and values worth copying, in order. */
  readonly facts: ReadonlyArray<{ readonly name: string; readonly value: string }>
  /** Sentence right above the button. */
  readonly request?: string
  readonly action?: { readonly label: string; readonly link: string; readonly copyLink: string }
  /** What stands below the button. */
  readonly notes: readonly string[]
  readonly farewell: string
  readonly small: string
}

/** How a mail is written. */
export interface MailStyle {
  readonly language: Language
  readonly site: Pick<Site, 'communityName' | 'mailDomain'>
}

/** Makes a mail of a letter: nothing is loaded, nothing is tracked, every text is escaped in the HTML (T21). */
export function renderLetter(letter: Letter, language: Language): Omit<Mail, 'to'> {
  return {
    subject: letter.subject,
    text: toText(letter),
    html: `<!doctype html>\n${toHtml(letter, language)}\n`,
  }
}

function toText(letter: Letter): string {
  const blocks = [
    letter.greeting,
    ...letter.paragraphs,
    letter.facts.map((fact) => `${fact.name}: ${fact.value}`).join('\n'),
    letter.request ?? '',
    letter.action === undefined ? '' : `${letter.action.label}:\n${letter.action.link}`,
    ...letter.notes,
    letter.farewell,
    `-- \n${letter.small}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

// Mail programs know little CSS, so every style stands at its element; the sheet only turns the colours at night.
const nightSheet = `@media (prefers-color-scheme: dark) {
body, .back { background: #1b1917 !important }
.card { background: #262320 !important; border-color: #3d3833 !important }
.ink { color: #f1ebe4 !important }
.soft { color: #b9afa4 !important }
.button { background: #8fd3b6 !important; color: #10241c !important }
.link { color: #8fd3b6 !important }
}`

const font =
  "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
const back = 'margin: 0; padding: 24px 12px; background: #f6f2ec'
const card =
  'max-width: 34em; margin: 0 auto; padding: 28px 28px 20px; background: #fffdfa; border: 1px solid #e4dcd1; border-radius: 14px'
const paragraph = `margin: 0 0 16px; ${font}; font-size: 16px; line-height: 1.55; color: #2b2622`
const label = `margin: 0 0 2px; ${font}; font-size: 14px; line-height: 1.4; color: #6b6259`
const value = `margin: 0 0 14px; ${font}; font-size: 17px; line-height: 1.4; color: #2b2622; font-weight: 600; word-break: break-word`
const button = `display: inline-block; padding: 13px 24px; background: #1f5f4a; color: #ffffff; border-radius: 10px; ${font}; font-size: 16px; font-weight: 600; text-decoration: none`
const small = `margin: 0 0 16px; ${font}; font-size: 14px; line-height: 1.5; color: #6b6259`

function toHtml(letter: Letter, language: Language): Markup {
  return markup`<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${letter.subject}</title>
<style>${nightSheet}</style>
</head>
<body class="back" style="${back}">
<div class="card" style="${card}">
${[letter.greeting, ...letter.paragraphs].map(toParagraph)}
${letter.facts.map(toFact)}
${letter.request === undefined ? undefined : toParagraph(letter.request)}
${letter.action === undefined ? undefined : toButton(letter.action)}
${letter.notes.map(toParagraph)}
${toParagraph(letter.farewell)}
<p class="soft" style="${small}">${letter.small}</p>
</div>
</body>
</html>`
}

function toParagraph(sentence: string): Markup {
  return markup`<p class="ink" style="${paragraph}">${sentence}</p>\n`
}

function toFact(fact: Letter['facts'][number]): Markup {
  return markup`<p class="soft" style="${label}">${fact.name}</p>
<p class="ink" style="${value}">${fact.value}</p>\n`
}

// Webmail may show a mail in a frame, and our pages refuse to be framed: the link opens a tab of its own.
function toButton(action: NonNullable<Letter['action']>): Markup {
  return markup`<p style="margin: 0 0 16px"><a class="button" href="${action.link}" target="_blank" style="${button}">${action.label}</a></p>
<p class="soft" style="${small}">${action.copyLink}<br><a class="link" href="${action.link}" target="_blank" style="color: #1f5f4a; word-break: break-all">${action.link}</a></p>`
}
