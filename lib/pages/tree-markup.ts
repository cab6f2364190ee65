import { type Markup, markup } from '../language/markup.ts'
import { isElement, type Tree } from './tree.ts'

/** Elements that have no end tag (HTML, 13.1.2). */
const voidTags: ReadonlySet<string> = new Set(['input', 'br', 'wbr'])

/** The tree as HTML, every text in it escaped. */
export function toMarkup(tree: Tree): Markup {
  if (tree === undefined) return markup``
  if (typeof tree === 'string') return markup`${tree}`
  if (!isElement(tree)) return markup`${tree.map(toMarkup)}`
  const { tag, attributes, children } = tree
  const opening = markup`<${tag}${Object.entries(attributes).map(writeAttribute)}>`
  return voidTags.has(tag) ? opening : markup`${opening}${toMarkup(children)}</${tag}>`
}

function writeAttribute([name, value]: readonly [string, string | true | undefined]): Markup {
  if (value === undefined) return markup``
  return value === true ? markup` ${name}` : markup` ${name}="${value}"`
}
