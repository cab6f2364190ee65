import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import * as z from 'zod'
import { buildFunctions } from './build.ts'
import { bundleProblems, bundleReports, bundleTable } from './bundles.ts'
import { familiesOf } from './definitions.ts'
import { projectFile, projectFolder } from './project.ts'
import { type StackSize, stackProblems, stackSize, stackTable } from './stack-limits.ts'

const run = promisify(execFile)

const template = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) })

/** Bundles every function and writes the templates of every stack, without network and AWS account; tells what is wrong. */
export async function packageAll(stage: string): Promise<readonly string[]> {
  const { functions } = await import('../functions/index.ts')
  const reports = bundleReports(functions, await buildFunctions(functions))
  console.log(`${bundleTable(reports)}\n`)
  const sizes: StackSize[] = []
  for (const family of familiesOf(functions)) sizes.push(await packageFamily(family, stage))
  console.log(stackTable(sizes))
  return [...bundleProblems(reports), ...stackProblems(sizes)]
}

/** Where the package of a family lies. */
export function packageFolder(family: string): string {
  return `.build/package/${family}`
}

async function packageFamily(family: string, stage: string): Promise<StackSize> {
  const folder = packageFolder(family)
  await rm(projectFile(folder), { recursive: true, force: true })
  const osls = projectFile('node_modules/osls/bin/serverless.js')
  const options = ['package', '--stage', stage, `--param=family=${family}`, '--package', folder]
  await run(process.execPath, [osls, ...options], { cwd: projectFolder }).catch(tellOutput)
  const file = projectFile(`${folder}/cloudformation-template-update-stack.json`)
  const { Resources } = template.parse(JSON.parse(await readFile(file, 'utf8')))
  return stackSize(family, Resources)
}

function tellOutput(error: unknown): never {
  const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error)
  throw new Error(`osls could not package:\n${stdout}${stderr}`)
}

if (import.meta.main) {
  const stage = /--stage[= ]([a-z0-9-]+)/.exec(process.argv.join(' '))?.[1] ?? 'dev'
  const problems = await packageAll(stage)
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
}
