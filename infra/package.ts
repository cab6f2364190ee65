import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import * as z from 'zod'
import { buildFunctions } from './build.ts'
import { bundleProblems, bundleReports, bundleTable } from './bundles.ts'
import { refuse } from './console.ts'
import { familiesOf } from './definitions.ts'
import { projectFile, projectFolder } from './project.ts'
import { settingsFile, settingsOf } from './settings.ts'
import { type StackSize, stackProblems, stackSize, stackTable } from './stack-limits.ts'
import { isStage, runCommand } from './stage-command.ts'
import { readOptions, refuseWords } from './usage.ts'

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

const packages = '.build/package'

/** Where the package of a family lies. */
export function packageFolder(family: string): string {
  return `${packages}/${family}`
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

/** What was packaged, for people: the stage, whose settings it has, and where it lies. */
export function packagedSentence(stage: string, hasFile: (path: string) => boolean): string {
  const file = settingsFile(stage)
  const own = hasFile(file) ? `with ${file}` : `with the examples, because there is no ${file}`
  return `Stage ${stage} is packaged in ${packages}, ${own}.`
}

const usage = `npm run package -- [--stage STAGE]   writes bundles and templates; without a stage those of dev
STAGE has 1 to 40 of the signs a to z, 0 to 9 and -.`

async function main(): Promise<void> {
  const { stage } = readOptions({ stage: { type: 'string', default: 'dev' } }, usage)
  if (!isStage(stage)) refuseWords(usage)
  const { functions } = await import('../functions/index.ts')
  // Refused here in one sentence, and not by osls after half a minute.
  settingsOf(stage, functions, projectFolder)
  const problems = await packageAll(stage)
  console.log(packagedSentence(stage, (path) => existsSync(projectFile(path))))
  if (problems.length > 0) refuse(problems.join('\n'))
}

if (import.meta.main) await runCommand(main)
