import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { functions } from '../../functions/index.ts'
import { buildFolder } from '../../infra/build-folder.ts'
import { familiesOf } from '../../infra/definitions.ts'
import { findOrInstall } from '../../infra/local/python-program.ts'
import { projectFile } from '../../infra/project.ts'
import { stackProblems, stackSize } from '../../infra/stack-limits.ts'
import { compiledOnce } from '../support/compiled.ts'
import { generatedFamily } from './fake-functions.ts'

const run = promisify(execFile)

// The large family's services have other settings than the examples: a certificate, and pages of other sites.
const largeSettings = {
  PUBLIC_URL: 'https://gatehouse.example',
  CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:000000000000:certificate/0a1b2c3d',
  CORS_ORIGINS: 'https://a.example',
}

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
  Outputs: z.record(z.string(), z.unknown()),
})

interface Packaged {
  readonly family: string
  readonly file: string
  readonly text: string
  readonly template: z.infer<typeof templateSchema>
}

/** Lets osls package families in a folder of their own, with a bundle of one line for each function. */
async function packageIn(
  name: string,
  {
    configuration,
    names,
    families,
  }: Record<'names' | 'families', readonly string[]> & {
    configuration: string
  },
): Promise<readonly Packaged[]> {
  const folder = projectFile(`.build/packaged/${name}`)
  await rm(folder, { recursive: true, force: true })
  for (const one of names) {
    await mkdir(join(folder, buildFolder, one), { recursive: true })
    await writeFile(
      join(folder, buildFolder, one, 'index.cjs'),
      'exports.handler = async () => {}\n',
    )
  }
  await writeFile(join(folder, 'serverless.ts'), configuration)
  await writeFile(join(folder, '.settings.large.json'), JSON.stringify(largeSettings))
  const packaged: Packaged[] = []
  for (const family of families) packaged.push(await packageFamily(folder, name, family))
  return packaged
}

async function packageFamily(folder: string, stage: string, family: string): Promise<Packaged> {
  const osls = projectFile('node_modules/osls/bin/serverless.js')
  const options = ['package', '--stage', stage, `--param=family=${family}`, '--package', family]
  await run(process.execPath, [osls, ...options], {
    cwd: folder,
    env: { ...process.env, ...compiledOnce() },
  })
  const file = join(folder, family, 'cloudformation-template-update-stack.json')
  const text = await readFile(file, 'utf8')
  return { family, file, text, template: templateSchema.parse(JSON.parse(text)) }
}

const largeConfiguration = `
import { generatedFamily } from '../../../test/infra/fake-functions.ts'
async function configuration() {
  const { functions } = await import('../../../functions/index.ts')
  const { oslsOption, serviceOf } = await import('../../../infra/service.ts')
  const { mongoDatabase } = await import('../../../lib/adapters/mongo/database.ts')
  const { sqsDoorbell } = await import('../../../lib/adapters/sqs.ts')
  const uses = { database: mongoDatabase, doorbell: sqsDoorbell }
  const family = oslsOption(/--param[= ]family=([a-z]+)/)
  return serviceOf('large', family, { ...functions, ...generatedFamily('large', 60, uses) })
}
export default configuration()
`

let real: readonly Packaged[] = []
let large: readonly Packaged[] = []

beforeAll(async () => {
  real = await packageIn('plain', {
    configuration: "export { default } from '../../../serverless.ts'\n",
    names: Object.keys(functions),
    families: familiesOf(functions),
  })
  large = await packageIn('large', {
    configuration: largeConfiguration,
    names: [...Object.keys(functions), ...Object.keys(generatedFamily('large', 60))],
    families: ['core', 'large'],
  })
}, 300_000)

describe('packaged by osls', () => {
  test('every stack stays below the limits of AWS, one of 60 endpoints too', () => {
    const sizes = [...real, ...large.filter(({ family }) => family === 'large')].map(
      ({ family, template }) => stackSize(family, template.Resources),
    )
    expect(sizes.find(({ family }) => family === 'large')).toMatchObject({
      routes: 120,
      integrations: 60,
    })
    expect(stackProblems(sizes)).toEqual([])
  })

  test('every function writes to the log group of its stack, which forgets after 30 days', () => {
    for (const { template } of [...real, ...large]) {
      const groups = resourcesOf(template, 'AWS::Logs::LogGroup')
      expect(groups.map(({ RetentionInDays }) => RetentionInDays)).toEqual(groups.map(() => 30))
      const names = groups.map(({ LogGroupName }) => LogGroupName)
      for (const { LoggingConfig } of resourcesOf(template, 'AWS::Lambda::Function')) {
        expect(names).toContain(z.object({ LogGroup: z.string() }).parse(LoggingConfig).LogGroup)
      }
    }
  })

  test('every function is of Node 24 on arm64, and none takes functions from the others', () => {
    for (const { template } of real) {
      for (const properties of resourcesOf(template, 'AWS::Lambda::Function')) {
        expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
        expect(properties).not.toHaveProperty('ReservedConcurrentExecutions')
      }
    }
  })

  test('no right is a wildcard and no text is a secret', () => {
    for (const { template, text } of [...real, ...large]) {
      expect(JSON.stringify(resourcesOf(template, 'AWS::IAM::Role'))).not.toContain('*')
      expect(text).not.toMatch(/mongodb(\+srv)?:\/\/|PRIVATE KEY|discord\.com\/api|SHA256:/)
    }
  })
})

const linter = { name: 'cfn-lint', requirement: 'cfn-lint==1.58.0', program: 'cfn-lint' }

test('cfn-lint finds nothing in any template', async (context) => {
  const program = await findOrInstall(linter, (text) => console.log(text))
  if (program === undefined) return context.skip('cfn-lint cannot be had from PyPI here.')
  const files = [...real, ...large].map(({ file }) => file)
  const lint = run(program, ['--regions', 'eu-central-1', '--', ...files])
  const findings = await lint.then(
    () => '',
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  )
  expect(findings).toBe('')
}, 600_000)

function resourcesOf(template: Packaged['template'], type: string) {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties)
}
