import ts from 'typescript'
import { nodesOf, placeOf, type SourceFile } from './source-file.ts'

const forbiddenGlobals = ['process', 'fetch', 'console', 'setTimeout', 'setInterval', 'performance']

/** Sentences about areas of lib/ that touch the world by themselves instead of asking a port. */
export function purityProblems(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => path.startsWith('lib/') && !path.startsWith('lib/adapters/'))
    .flatMap((file) =>
      [...nodesOf(file.tree)].filter(touchesWorld).map((node) => {
        return `${placeOf(file, node)}: \`${node.getText(file.tree).slice(0, 40)}\` belongs to an adapter.`
      }),
    )
}

/** Sentences about exports of lib/ without a line that says what they promise. */
export function promiseProblems(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => path.startsWith('lib/'))
    .flatMap((file) =>
      file.tree.statements
        .filter((node) => isExported(node) && ts.getJSDocCommentsAndTags(node).length === 0)
        .map((node) => `${placeOf(file, node)}: an export without a sentence of JSDoc.`),
    )
}

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

function touchesWorld(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return isNamed(node.expression, 'Date') && !node.arguments?.length
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText()
    return text === 'Date.now' || text === 'Math.random'
  }
  return ts.isIdentifier(node) && forbiddenGlobals.includes(node.text) && isGlobalUse(node)
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name
}

/** A use of the global itself, not a property, parameter or field that has its name. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return ts.isCallExpression(parent) && parent.expression === node
}
