/** Bundles of the libraries alone: of each function the same parts of the same libraries, and nothing of ours. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'
import { bundleOptions } from '../../infra/build.ts'
import { trims } from '../../infra/bundle-trims.ts'
import { nodesOf, parseText } from '../../infra/checks/source-file.ts'
import { projectFile, projectFolder } from '../../infra/project.ts'
import type { Bundles } from './bundle.ts'

/** Bundles the libraries of every function into this folder; gives the file of each function. */
export async function buildLibraries(
  { names, metafile }: Bundles,
  folder: string,
): Promise<(name: string) => string> {
  for (const name of names) {
    const [, output] =
      Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${name}/index.cjs`)) ?? []
    const own = Object.keys(output?.inputs ?? {}).filter((path) => /^(lib|functions)\//.test(path))
    const contents = await entryOf(own)
    await build({
      ...bundleOptions,
      ...{ metafile: false, sourcemap: false, plugins: [trims] },
      stdin: { contents, resolveDir: projectFolder, loader: 'ts' },
      outfile: join(folder, `${name}.cjs`),
      outExtension: {},
    })
  }
  return (name) => join(folder, `${name}.cjs`)
}

async function entryOf(paths: readonly string[]): Promise<string> {
  const files = await Promise.all(
    paths.map(async (path) => parseText(path, await readFile(projectFile(path), 'utf8')).tree),
  )
  const taken = files.flatMap((file) => importsOf(file).flatMap((one) => namesOf(one, file)))
  const wanted = [...new Map(taken.map((one) => [`${one.library} ${one.name}`, one])).values()]
  const lines = wanted.map(({ library, name }, at) =>
    name === 'default'
      ? `import taken${at} from '${library}'`
      : `import { ${name} as taken${at} } from '${library}'`,
  )
  return [...lines, `export const taken = [${wanted.map((_, at) => `taken${at}`)}]`].join('\n')
}

interface Taken {
  readonly library: string
  readonly name: string
}

function importsOf(file: ts.SourceFile): readonly ts.ImportDeclaration[] {
  return file.statements.filter(ts.isImportDeclaration).filter((one) => {
    const isOurs = /^(\.|node:)/.test(libraryOf(one))
    return !isOurs && one.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword
  })
}

function libraryOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
}

function namesOf(declaration: ts.ImportDeclaration, file: ts.SourceFile): readonly Taken[] {
  const library = libraryOf(declaration)
  const { name, namedBindings } = declaration.importClause ?? {}
  const names = name ? ['default'] : []
  if (namedBindings && ts.isNamespaceImport(namedBindings)) {
    names.push(...membersOf(namedBindings.name.text, file))
  } else {
    const elements = (namedBindings?.elements ?? []).filter(({ isTypeOnly }) => !isTypeOnly)
    names.push(...elements.map(({ propertyName, name: own }) => (propertyName ?? own).text))
  }
  return names.map((one) => ({ library, name: one }))
}

/** What a file takes out of a namespace: `string` of `z.string()`. */
function membersOf(namespace: string, file: ts.SourceFile): readonly string[] {
  return [...nodesOf(file)]
    .filter(ts.isPropertyAccessExpression)
    .filter(({ expression }) => ts.isIdentifier(expression) && expression.text === namespace)
    .map(({ name }) => name.text)
}
