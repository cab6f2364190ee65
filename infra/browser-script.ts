import { build } from 'esbuild'
import { projectFile } from './project.ts'

/** One script for browsers from infra/browser/: a single file that loads nothing; the same sources give the same bytes. */
export async function browserScript(name: 'status' | 'decision'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [projectFile(`infra/browser/${name}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  })
  return outputFiles.map(({ text }) => text).join('')
}
