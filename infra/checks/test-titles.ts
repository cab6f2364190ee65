import ts from 'typescript'
import { nodesOf, placeOf, type SourceFile } from './source-file.ts'

interface Title {
  readonly text: string
  readonly node: ts.Node
}

/** Sentences about titles that say `should`, and titles that one file has twice under the same heading. */
export function titleProblems(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => path.endsWith('.test.ts'))
    .flatMap((file) => {
      const titles = titlesOf(file.tree)
      return [
        ...titles
          .filter(({ text }) => /\bshould\b/i.test(text))
          .map(({ text, node }) => `${placeOf(file, node)}: "${text}" says should.`),
        ...titles
          .filter(({ text }, index) => titles.findIndex((other) => other.text === text) < index)
          .map(({ text, node }) => `${placeOf(file, node)}: "${text}" is there twice.`),
      ]
    })
}

/** Titles of tests with the headings that they stand under. */
function titlesOf(tree: ts.SourceFile): readonly Title[] {
  return [...nodesOf(tree)].filter(ts.isCallExpression).flatMap((call) => {
    const name = rootName(call.expression)
    const text = titleOf(call)
    if (!['test', 'it'].includes(name) || text === undefined) return []
    return [{ text: [...headingsOf(call), text].join(' > '), node: call }]
  })
}

function headingsOf(node: ts.Node): readonly string[] {
  const headings: string[] = []
  for (let above = node.parent; above !== undefined; above = above.parent) {
    if (!ts.isCallExpression(above) || rootName(above.expression) !== 'describe') continue
    headings.unshift(titleOf(above) ?? '')
  }
  return headings
}

/** `test` of `test(...)`, `test.each(...)(...)` and `test.each\`...\`(...)`. */
function rootName(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node))
    return rootName(node.expression)
  return ts.isTaggedTemplateExpression(node) ? rootName(node.tag) : ''
}

function titleOf(call: ts.CallExpression): string | undefined {
  const [first] = call.arguments
  return first && ts.isStringLiteralLike(first) ? first.text : undefined
}
