import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { packagedSentence } from '../../infra/package.ts'
import { projectFile, projectFolder } from '../../infra/project.ts'
import { compiledOnce } from '../support/compiled.ts'

async function run(command: string, words: readonly string[]) {
  const child = spawn(process.execPath, [projectFile(`infra/${command}.ts`), ...words], {
    cwd: projectFolder,
    env: { ...process.env, ...compiledOnce() },
  })
  const [output, error, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { output, error, status }
}

describe('npm run package', () => {
  test.each(['--stag prod', 'prod', '--stage', '--stage=', '--stage Prod'])(
    'packages nothing where it is given %s',
    async (words) => {
      const { output, error, status } = await run('package', words.split(' '))
      expect(error).toMatch(/^npm run package -- \[--stage STAGE\]/)
      expect(output).toBe('')
      expect(status).toBe(2)
    },
  )

  test('says whose settings a package has', () => {
    expect(packagedSentence('prod', (path) => path === '.settings.prod.json')).toBe(
      'Stage prod is packaged in .build/package, with .settings.prod.json.',
    )
    expect(packagedSentence('dev', () => false)).toBe(
      'Stage dev is packaged in .build/package, with the examples, because there is no .settings.dev.json.',
    )
  })
})

test.each(['package', 'start', 'openapi', 'check', 'rehearse'])(
  'infra/%s.ts --help does nothing but say how it is used',
  async (command) => {
    const { output, error, status } = await run(command, ['--help'])
    expect(output).toMatch(/^npm (?:run )?[a-z]+\b.*\n(?:.*\n)?$/)
    expect(error).toBe('')
    expect(status).toBe(0)
  },
)

test.each([
  ['start', '--frehs'],
  ['check', '--fix'],
  ['check', 'lib'],
  ['openapi', '--chekc'],
])('infra/%s.ts %s is answered with the usage and nothing is done', async (command, word) => {
  const { output, error, status } = await run(command, [word])
  expect(error).toMatch(/^npm (?:run )?[a-z]+\b.*\n(?:.*\n)?$/)
  expect(output).toBe('')
  expect(status).toBe(2)
})
