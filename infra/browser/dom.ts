import { isElement, type Tree } from '../../lib/pages/tree.ts'
import type { Browser, DomElement } from './browser.ts'

const drawn: ReadonlySet<string> = new Set(['svg', 'circle', 'path'])

/** The tree as nodes of a page. Every text becomes a text node: nothing is ever read as HTML. */
export function toNodes(document: Browser['document'], tree: Tree): (DomElement | string)[] {
  if (tree === undefined) return []
  if (typeof tree === 'string') return [tree]
  if (!isElement(tree)) return tree.flatMap((part) => toNodes(document, part))
  const node = drawn.has(tree.tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tree.tag)
    : document.createElement(tree.tag)
  for (const [name, value] of Object.entries(tree.attributes)) {
    if (value !== undefined) node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...toNodes(document, tree.children))
  return [node]
}
