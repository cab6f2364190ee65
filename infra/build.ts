import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { assetsOf } from './assets.ts'
import { buildFolder } from './build-folder.ts'
import { trims, withoutStore } from './bundle-trims.ts'
import { adaptersOf, type Functions } from './definitions.ts'
import { functionFiles } from './function-files.ts'
import { projectFile, projectFolder } from './project.ts'

/** Parts of libraries that Gatehouse never reaches; esbuild would find some of them in the project's own tools. */
const unreached = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'aws4',
  'cpu-features',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
  '*.node',
]

/** Bundles every function on its own and puts its assets beside it; the same sources give the same bytes. */
export async function buildFunctions(
  functions: Functions,
  folder: string = buildFolder,
): Promise<Metafile> {
  await rm(projectFile(folder), { recursive: true, force: true })
  const files = await functionFiles()
  const [asking, others] = splitByRights(functions)
  const built = [
    await bundle(asking, folder, [handlerOnly(files), trims]),
    await bundle(others, folder, [handlerOnly(files), trims, withoutStore]),
  ]
  const metafile = {
    inputs: Object.assign({}, ...built.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...built.map(({ outputs }) => outputs)),
  }
  await writeFunctionAssets(functions, folder)
  return metafile
}

/** Functions that ask AWS for something, and those that never do. */
function splitByRights(functions: Functions): readonly [readonly string[], readonly string[]] {
  const asks = (name: string) =>
    adaptersOf(functions[name]?.definition.uses ?? {}).some(
      ({ secrets, grants }) => secrets.length + grants.length > 0,
    )
  const names = Object.keys(functions)
  return [names.filter(asks), names.filter((name) => !asks(name))]
}

async function bundle(
  names: readonly string[],
  outdir: string,
  plugins: Plugin[],
): Promise<Metafile> {
  const { metafile } = await build({
    ...bundleOptions,
    outdir,
    entryPoints: names.map((name) => ({ in: `function:${name}`, out: `${name}/index` })),
    plugins,
  })
  return metafile
}

/** How every bundle is made. */
export const bundleOptions = {
  absWorkingDir: projectFolder,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  // A pattern that knows classes of characters is then made where it is used: of a literal, V8 looks all of them up as
  // soon as it reads the file, and that takes 0.1 to 0.2 ms for each.
  supported: { 'regexp-sticky-and-unicode-flags': false },
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: 'external',
  metafile: true,
  external: unreached,
  // In a bundle, the folder of the source is the folder of the bundle.
  define: { 'import.meta.dirname': '__dirname' },
  logLevel: 'warning',
} satisfies BuildOptions

/** Entries that export `handler` and nothing else, whatever else the function's file exports. */
function handlerOnly(files: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'handler-only',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^function:/ }, ({ path }) => ({ path, namespace: 'entry' }))
      onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => {
        const file = files.get(path.replace('function:', ''))
        if (file === undefined) return { errors: [{ text: `No file in functions/ for ${path}` }] }
        return { contents: `export { handler } from './${file}'`, resolveDir: projectFolder }
      })
    },
  }
}

async function writeFunctionAssets(functions: Functions, root: string): Promise<void> {
  const assets = await assetsOf(functions)
  for (const [name, { definition }] of Object.entries(functions)) {
    const folder = projectFile(join(root, name))
    await mkdir(folder, { recursive: true })
    const wanted = 'trigger' in definition ? [] : (definition.assets ?? [])
    for (const asset of wanted) await writeFile(join(folder, asset), assets.get(asset) ?? '')
  }
}
