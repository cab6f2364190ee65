import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { projectFile } from '../../infra/project.ts'

test('the gate and the stand-in pass their own suite', async () => {
  const folder = projectFile('infra/host/tests')
  const args = ['-B', '-m', 'unittest', 'discover', '-s', folder]
  const { stderr } = await promisify(execFile)('python3', args, { maxBuffer: 16 * 1024 * 1024 })
  expect(stderr).toMatch(/Ran \d{2,} tests[\s\S]*\nOK/)
}, 240_000)
