import ts from 'typescript'
import { linesOf, nodesOf, placeOf, type SourceFile } from './source-file.ts'

/** Lines; a table of data is as long as its data. */
const fileLimits = { median: 80, p95: 200, most: 300 } as const
const functionLimits = { median: 10, p95: 30, most: 60 } as const
const nestingLimit = 2
const parameterLimit = 3
const endpointLimit = 40

type Function = ts.FunctionLikeDeclaration & { readonly body: ts.Node }

/** Sentences about files and functions that are too long, too deep or take too much. */
export function lengthProblems(files: readonly SourceFile[], tables: readonly string[]) {
  const measured = files.filter(({ path }) => !tables.includes(path))
  return [
    ...measured.filter(({ lines }) => lines > fileLimits.most).map(tooLongFile),
    ...spreadProblems(
      'Files',
      measured.map(({ lines }) => lines),
      fileLimits,
    ),
    ...spreadProblems('Functions', measured.flatMap(functionLengths), functionLimits),
    ...measured.flatMap(functionProblems),
    ...measured.flatMap(endpointProblems),
  ]
}

function tooLongFile({ path, lines }: SourceFile): string {
  return `${path} has ${lines} lines, more than ${fileLimits.most}.`
}

function spreadProblems(
  what: string,
  lengths: readonly number[],
  limits: { readonly median: number; readonly p95: number },
): readonly string[] {
  const sorted = lengths.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return [
    ...(at(0.5) > limits.median ? [`${what}: the median is ${at(0.5)} lines.`] : []),
    ...(at(0.95) > limits.p95 ? [`${what}: the 95th percentile is ${at(0.95)} lines.`] : []),
  ]
}

function functionLengths(file: SourceFile): readonly number[] {
  return functionsIn(file).map((node) => linesOf(file, node))
}

function functionProblems(file: SourceFile): readonly string[] {
  return functionsIn(file).flatMap((node) => {
    const place = placeOf(file, node)
    const lines = linesOf(file, node)
    const depth = depthOf(node.body)
    const parameters = node.parameters.length
    return [
      ...(lines > functionLimits.most ? [`${place}: a function of ${lines} lines.`] : []),
      ...(depth > nestingLimit ? [`${place}: statements nested ${depth} deep.`] : []),
      ...(parameters > parameterLimit ? [`${place}: ${parameters} parameters.`] : []),
    ]
  })
}

/** An endpoint's file declares; what it does is a use case elsewhere. */
function endpointProblems(file: SourceFile): readonly string[] {
  if (!/^functions\/.+\//.test(file.path)) return []
  const imports = file.tree.statements.filter(ts.isImportDeclaration)
  const lines = file.lines - imports.reduce((sum, node) => sum + linesOf(file, node), 0)
  return lines > endpointLimit ? [`${file.path} has ${lines} lines besides its imports.`] : []
}

function functionsIn({ tree }: SourceFile): readonly Function[] {
  return [...nodesOf(tree)].filter(isFunction)
}

function isFunction(node: ts.Node): node is Function {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined
}

/** Levels of control flow in one function; functions inside of it count for themselves. */
function depthOf(node: ts.Node): number {
  const inner: number[] = [0]
  ts.forEachChild(node, (child) => {
    if (!ts.isFunctionLike(child)) inner.push(depthOf(child))
  })
  return Math.max(...inner) + (isControlFlow(node) ? 1 : 0)
}

function isControlFlow(node: ts.Node): boolean {
  if (ts.isIfStatement(node))
    return !(ts.isIfStatement(node.parent) && node.parent.elseStatement === node)
  return (
    ts.isIterationStatement(node, false) || ts.isSwitchStatement(node) || ts.isTryStatement(node)
  )
}
