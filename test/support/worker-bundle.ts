import { join } from 'node:path'
import { build } from 'esbuild'
import { inject } from 'vitest'
import { projectFile } from '../../infra/project.ts'

// Libraries that are no modules themselves expect both.
const oldWays = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const __dirname = import.meta.dirname`

let building: Promise<string> | undefined

/** The program of a worker's process in one file, made once: some hundred files take each process half a second. */
export function workerProgram(): Promise<string> {
  building ??= bundle()
  return building
}

async function bundle(): Promise<string> {
  const outfile = join(inject('ground').folder, `worker-${process.pid}.mjs`)
  await build({
    absWorkingDir: projectFile('.'),
    entryPoints: ['test/support/worker-process.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['*.node', 'cpu-features'],
    banner: { js: oldWays },
    logLevel: 'warning',
  })
  return outfile
}
