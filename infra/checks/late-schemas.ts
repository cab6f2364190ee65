import ts from 'typescript'
import { placeOf, type SourceFile } from './source-file.ts'

/** Sentences about schemas that importing their file makes: the first of each kind costs every start milliseconds. */
export function eagerSchemaProblems(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    [...nodesAtImport(file.tree)]
      .filter(isMemberOfZod)
      .map((node) => `${placeOf(file, node)}: a schema made by importing; see lib/late.ts.`),
  )
}

/** Every node that does something when the file is imported: none of a function's own, and no type. */
function* nodesAtImport(node: ts.Node): Generator<ts.Node> {
  if (ts.isFunctionLike(node) || ts.isTypeNode(node)) return
  yield node
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => {
    children.push(child)
  })
  for (const child of children) yield* nodesAtImport(child)
}

function isMemberOfZod(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'z'
  )
}
