import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import * as z from 'zod'
import { buildFunctions } from './build.ts'
import { bundleProblems, bundleReports } from './bundles.ts'
import { tableProblems } from './checks/function-table.ts'
import { eagerSchemaProblems } from './checks/late-schemas.ts'
import { lengthProblems } from './checks/lengths.ts'
import { promiseProblems, purityProblems } from './checks/purity.ts'
import { readmeProblems } from './checks/readme-names.ts'
import { sourceFiles } from './checks/source-file.ts'
import { titleProblems } from './checks/test-titles.ts'
import { functionFiles } from './function-files.ts'
import { isOpenapiCurrent } from './openapi.ts'
import { projectFile, projectFolder } from './project.ts'
import { readOptions } from './usage.ts'

const run = promisify(execFile)

/** One step: its name, and the sentences about what is wrong. */
type Step = readonly [name: string, check: () => Promise<readonly string[]>]

/** Files that are one table of data each, and as long as it. */
const tables = ['lib/accounts/reserved-names.ts', 'lib/failure.ts', 'lib/pages/stylesheet.ts']

const steps: readonly Step[] = [
  ['types (tsc)', () => tool('typescript/bin/tsc', ['-p', '.'])],
  [
    'lint and format (biome)',
    () =>
      tool('@biomejs/biome/bin/biome', [
        'check',
        '--config-path=.biome.json',
        '--error-on-warnings',
        '.',
      ]),
  ],
  ['unused code (knip)', () => tool('knip/bin/knip.js', ['--no-progress'])],
  ['lengths', async () => lengthProblems(await sourceFiles(['functions', 'lib', 'infra']), tables)],
  ['areas ask ports', async () => purityProblems(await sourceFiles(['lib']))],
  ['schemas are late', async () => eagerSchemaProblems(await sourceFiles(['functions', 'lib']))],
  ['exports say what they promise', async () => promiseProblems(await sourceFiles(['lib']))],
  ['test titles', async () => titleProblems(await sourceFiles(['test']))],
  ['table of functions', checkTable],
  ['bundles', checkBundles],
  ['OpenAPI', checkOpenapi],
  ['names in README', checkReadme],
]

async function checkTable(): Promise<readonly string[]> {
  const { functions } = await import('../functions/index.ts')
  return tableProblems(Object.keys(functions), await functionFiles())
}

async function checkBundles(): Promise<readonly string[]> {
  const { functions } = await import('../functions/index.ts')
  return bundleProblems(bundleReports(functions, await buildFunctions(functions, '.build/check')))
}

async function checkOpenapi(): Promise<readonly string[]> {
  const isCurrent = await isOpenapiCurrent()
  return isCurrent ? [] : ['infra/openapi.json is out of date: npm run openapi']
}

async function checkReadme(): Promise<readonly string[]> {
  const readme = await readFile(projectFile('README.md'), 'utf8').catch(() => '')
  const manifest = z.object({ scripts: z.record(z.string(), z.string()) })
  const { scripts } = manifest.parse(
    JSON.parse(await readFile(projectFile('package.json'), 'utf8')),
  )
  const hasFile = (path: string) => existsSync(projectFile(path))
  return readmeProblems(readme, { hasFile, scripts: Object.keys(scripts) })
}

async function tool(file: string, options: readonly string[]): Promise<readonly string[]> {
  const path = projectFile(`node_modules/${file}`)
  try {
    await run(process.execPath, [path, ...options], { cwd: projectFolder, maxBuffer: 2 ** 26 })
    return []
  } catch (error) {
    const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error)
    return [`${stdout}${stderr}`.trim()]
  }
}

async function measure([name, check]: Step) {
  const start = performance.now()
  const problems = await check().catch((error: unknown) => [String(error)])
  return { name, problems, seconds: (performance.now() - start) / 1000 }
}

if (import.meta.main) {
  readOptions(
    {},
    'npm run check   types, lint, layers, unused code, sizes and the rest; takes no arguments',
  )
  const results = await Promise.all(steps.map(measure))
  for (const { name, problems } of results) {
    if (problems.length > 0) console.error(`\n${name}\n${problems.join('\n')}`)
  }
  for (const { name, problems, seconds } of results) {
    const state = problems.length === 0 ? 'good' : 'WRONG'
    console.log(`${state.padEnd(6)} ${seconds.toFixed(1).padStart(5)} s  ${name}`)
  }
  if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1
}
