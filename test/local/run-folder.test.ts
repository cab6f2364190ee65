import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectFile } from '../../infra/project.ts'
import { sweepRunFolders } from '../support/run-folder.ts'

async function newPlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'gatehouse-run-'))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  return place
}

const program = `
import { writeFile } from 'node:fs/promises'
import { newRunFolder } from ${JSON.stringify(projectFile('test/support/run-folder.ts'))}
const folder = await newRunFolder(process.argv[1])
await writeFile(folder + '/file', 'text')
console.log(folder)
setInterval(() => undefined, 1000)
`

async function startRun(place: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, place])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return once(child, 'exit')
  }
  return { end }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a run of tests that is ended by %s leaves no folder', async (signal, status) => {
  const place = await newPlace()
  const { end } = await startRun(place)
  expect(await readdir(place)).toHaveLength(1)
  expect(await end(signal)).toEqual([status, null])
  expect(await readdir(place)).toEqual([])
})

test('what a killed run has left is swept by the next one, and a run beside it is left alone', async () => {
  const place = await newPlace()
  const first = await startRun(place)
  const beside = await startRun(place)
  await first.end('SIGKILL')
  expect(await readdir(place)).toHaveLength(2)
  const next = await startRun(place)
  expect(await readdir(place)).toHaveLength(2)
  await beside.end('SIGINT')
  await next.end('SIGINT')
  expect(await readdir(place)).toEqual([])
})

test('a folder that names no process is nobody the sweep knows', async () => {
  const place = await newPlace()
  const gone = spawnSync('true').pid
  const kept = [
    'gatehouse-test-aB3dE9',
    `gatehouse-test-${process.pid}-aB3dE9`,
    `other-${gone}-aB3dE9`,
  ]
  for (const name of [...kept, `gatehouse-test-${gone}-aB3dE9`]) await mkdir(join(place, name))
  await sweepRunFolders(place)
  expect((await readdir(place)).sort()).toEqual(kept.toSorted())
})
