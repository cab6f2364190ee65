import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { hostPython } from '../../infra/local/host-python.ts'
import { projectFile } from '../../infra/project.ts'

// Most of their time goes by in waiting, so both parts run at the same time.
test.concurrent.each(['test_crashes.py', 'test_[!c]*.py'])(
  'the gate and the stand-in pass their own suite, %s',
  async (pattern) => {
    const folder = projectFile('infra/host/tests')
    const args = ['-B', '-m', 'unittest', 'discover', '-s', folder, '-p', pattern]
    const { stderr } = await promisify(execFile)(hostPython(), args, {
      maxBuffer: 16 * 1024 * 1024,
    })
    expect(stderr).toMatch(/Ran [1-9]\d* tests[\s\S]*\nOK/)
  },
  480_000,
)
