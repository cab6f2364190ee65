/**
 * The dress rehearsal: packages a stage, unpacks what would be uploaded, and runs the tests that go over HTTP
 * against it. Each function runs in processes of its own, with the variables that the template gives it.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readDeployment } from './local/deployment.ts'
import { listProcesses, signal } from './local/processes.ts'
import { projectFile, projectFolder } from './project.ts'
import { settingsFile } from './settings.ts'
import { showHelp } from './usage.ts'

const run = promisify(execFile)

const stage = 'rehearsal'
const folders = {
  packages: projectFile('.build/package'),
  code: projectFile('.build/rehearsal'),
}
// What an installation may leave out is rehearsed as well: a template names only what is set.
const settings = {
  DISCORD_ROLE_ID: '100000000000000001',
  MANAGERS: 'staff@community.example',
  MATRIX_DRIVER: 'synapse',
  MATRIX_SERVER_NAME: 'community.example',
  MATRIX_URL: 'https://matrix.community.example',
  PENDING_REGISTRATIONS: '1000',
  REGISTRATION_TARGETS: 'matrix,yunohost',
}
const calledFile = join(folders.code, 'called')

// These tests ask by HTTP and look into mailbox, chat and host; those that reach inside skip themselves.
const outside = [
  ...['rehearsal', 'story', 'http', 'security', 'sessions', 'passwords', 'accounts'],
  ...['forms', 'story', 'submit'].map((name) => `registrations/${name}.test.ts`),
  'infra/log-queries.test.ts',
]

// Every world starts functions of its own, each for the first time.
const patience = ['--testTimeout', '120000']

/** Sentences about what is not ready to be deployed. */
async function rehearse(): Promise<readonly string[]> {
  await rm(folders.packages, { recursive: true, force: true })
  await writeFile(projectFile(settingsFile(stage)), JSON.stringify(settings))
  await node(['infra/package.ts', '--stage', stage])
  await unpack()
  const { functions } = await readDeployment(folders.packages, folders.code)
  const chosen = process.argv.slice(2)
  const files = chosen.length > 0 ? chosen : outside.map((name) => `test/${name}`)
  await node(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/vitest.config.ts',
      ...patience,
      ...files,
    ],
    { GATEHOUSE_PACKAGES: folders.packages, GATEHOUSE_CODE: folders.code, GATEHOUSE_STAGE: stage },
  )
  const called = new Set((await readFile(calledFile, 'utf8').catch(() => '')).split('\n'))
  const idle = [...functions.keys()].filter((name) => !called.has(name))
  if (chosen.length > 0) return []
  return idle.map((name) => `No test of the rehearsal called ${name}.`)
}

async function unpack(): Promise<void> {
  await rm(folders.code, { recursive: true, force: true })
  for (const family of await readdir(folders.packages)) {
    const folder = join(folders.packages, family)
    const archives = (await readdir(folder)).filter((name) => name.endsWith('.zip'))
    for (const archive of archives) {
      const target = join(folders.code, archive.replace(/\.zip$/, ''))
      await run('python3', ['-m', 'zipfile', '-e', join(folder, archive), target])
    }
  }
}

async function node(command: readonly string[], variables: Record<string, string> = {}) {
  const env = { ...process.env, ...variables }
  const child = spawn(process.execPath, command, { cwd: projectFolder, env, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}.`)
}

/** A frozen process does not hear that whoever started it is gone. */
async function endFrozen(): Promise<void> {
  const left = (await listProcesses()).filter(({ command }) => command.includes(folders.code))
  for (const { pid } of left) signal(pid, 'SIGKILL')
}

showHelp(
  'npm run rehearse -- [TEST ...]   runs tests against the packages; all that go over HTTP unless named',
)
// The tests hear it too and end; then there is still something to tidy up.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined)
const problems = await rehearse()
  .catch((error: unknown) => [String(error)])
  .finally(endFrozen)
await rm(projectFile(settingsFile(stage)), { force: true })
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
