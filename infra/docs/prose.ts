import { type Markup, markup } from '../../lib/language/markup.ts'

/** Paragraphs of a description; what stands between backticks is code. */
export function prose(text: string): readonly Markup[] {
  return text
    .split('\n\n')
    .filter(Boolean)
    .map((paragraph) => markup`<p>${paragraph.split('`').map(piece)}</p>\n`)
}

function piece(text: string, index: number): Markup | string {
  return index % 2 === 1 ? markup`<code>${text}</code>` : text
}
