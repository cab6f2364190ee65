/** What a part of a page says, before anybody decided whether a server writes it or a script shows it. */
export type Tree = string | Element | undefined | readonly Tree[]

/** One element with text and elements inside. `true` stands for an attribute without a value. */
export interface Element {
  readonly tag: string
  readonly attributes: Attributes
  readonly children: Tree
}

/** Attributes by name; those that are undefined are left out. No handlers and no styles: the policy forbids them. */
export type Attributes = Readonly<Record<string, string | true | undefined>>

/** One element of a page. */
export function element(tag: string, attributes: Attributes = {}, children: Tree = []): Element {
  return { tag, attributes, children }
}

/** Whether a tree is one element, neither text nor a list. */
export function isElement(tree: Tree): tree is Element {
  return typeof tree === 'object' && 'tag' in tree
}
