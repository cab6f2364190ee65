import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { projectFile } from '../project.ts'

/** A parsed file of the project. */
export interface SourceFile {
  readonly path: string
  readonly lines: number
  readonly tree: ts.SourceFile
}

/** Every TypeScript file below the given folders, parsed. */
export async function sourceFiles(folders: readonly string[]): Promise<readonly SourceFile[]> {
  const paths = await Promise.all(folders.map(pathsBelow))
  return Promise.all(paths.flat().map(parse))
}

/** A file of the project as text and tree; `text` is given where it is not on the disk. */
export function parseText(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true)
  return { path, lines: text.trimEnd().split('\n').length, tree }
}

/** Every node of a tree, parents first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => {
    children.push(child)
  })
  for (const child of children) yield* nodesOf(child)
}

/** Where a node begins, as people and editors name it. */
export function placeOf({ path, tree }: SourceFile, node: ts.Node): string {
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`
}

/** How many lines a node takes. */
export function linesOf({ tree }: SourceFile, node: ts.Node): number {
  const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line
  return tree.getLineAndCharacterOfPosition(node.getEnd()).line - first + 1
}

async function pathsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(projectFile(folder), { recursive: true })
  return entries
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))
    .sort()
}

async function parse(path: string): Promise<SourceFile> {
  return parseText(path, await readFile(projectFile(path), 'utf8'))
}
