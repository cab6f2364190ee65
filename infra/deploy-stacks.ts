import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Functions, familiesOf } from './definitions.ts'
import { packageFolder } from './package.ts'
import { projectFile, projectFolder } from './project.ts'

/**
 * Deploys what is packaged, one stack after the other, because the others import what core exports.
 * Gives the first family whose stack could not be deployed; those after it are left alone.
 */
export async function deployStacks(
  stage: string,
  functions: Functions,
  run: (options: readonly string[]) => Promise<number>,
): Promise<string | undefined> {
  for (const family of familiesOf(functions)) {
    const folder = packageFolder(family)
    const options = ['--stage', stage, `--param=family=${family}`, '--package', folder]
    if ((await run(['deploy', ...options, '--verbose'])) !== 0) return family
  }
  return undefined
}

/** Runs osls in sight of the operator; gives its exit status. */
export async function osls(options: readonly string[]): Promise<number> {
  const program = projectFile('node_modules/osls/bin/serverless.js')
  const child = spawn(process.execPath, [program, ...options], {
    cwd: projectFolder,
    stdio: 'inherit',
  })
  const [status] = await once(child, 'exit')
  return Number(status ?? 1)
}
