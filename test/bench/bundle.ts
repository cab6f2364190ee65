import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { functions } from '../../functions/index.ts'
import { buildFunctions } from '../../infra/build.ts'
import { projectFile } from '../../infra/project.ts'

/** The bundles of all functions, as they would be deployed. */
export interface Bundles {
  readonly names: readonly string[]
  readonly metafile: Metafile
  /** File of a function's bundle. */
  fileOf(name: string): string
  remove(): Promise<void>
}

/** Below the project, because what is left out of bundles is looked for there. */
const folder = join('.build', `bench-${process.pid}`)

/** Builds the bundles of all functions. */
export async function buildBundles(): Promise<Bundles> {
  const metafile = await buildFunctions(functions, folder)
  return {
    names: Object.keys(functions),
    metafile,
    fileOf: (name) => projectFile(join(folder, name, 'index.cjs')),
    remove: () => rm(projectFile(folder), { recursive: true, force: true }),
  }
}
