import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MongoClient } from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { startChild } from '../../infra/local/child.ts'
import { startDatabase } from '../../infra/local/database.ts'
import { wantedKind } from '../../infra/local/database-programs.ts'
import { descendantsOf, endLeftovers, listProcesses } from '../../infra/local/processes.ts'

const run = promisify(execFile)

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-local-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('what was stored is there after a restart on another port', async () => {
  const folder = await newFolder()
  const counts: number[] = []
  for (const _round of [1, 2]) {
    const database = await startDatabase({ folder, only: wantedKind() })
    expect(database.kind).toBe(inject('ground').databaseKind)
    const client = new MongoClient(database.uri('kept'))
    await client.db().collection('things').insertOne({ at: new Date() })
    counts.push(await client.db().collection('things').countDocuments())
    await client.close()
    await database.stop()
  }
  expect(counts).toEqual([1, 2])
})

test('a program ends when whoever started it is killed hard', async () => {
  const folder = await newFolder()
  const log = join(folder, 'log')
  const script = `
    import { startChild } from ${JSON.stringify(join(import.meta.dirname, '../../infra/local/child.ts'))}
    const child = await startChild(['sleep', '600'], ${JSON.stringify(log)})
    console.log(child.pid)
    process.kill(process.pid, 'SIGKILL')`
  const node = run(process.execPath, ['--input-type=module', '--eval', script])
  const { stdout } = await node.catch((error: { stdout: string }) => error)
  await expect.poll(() => isAlive(Number(stdout)), { timeout: 5000 }).toBe(false)
})

test('a leftover is ended only when its number and its command are the same', async () => {
  const folder = await newFolder()
  const child = await startChild(['sleep', '601'], join(folder, 'log'))
  const look = async () =>
    descendantsOf(await listProcesses(), process.pid).filter(({ pid }) => pid === child.pid)
  // Between fork and exec it is still the shell.
  await expect.poll(look).toMatchObject([{ command: 'sleep 601' }])
  const left = await look()
  expect(await endLeftovers(left.map((one) => ({ ...one, command: 'sleep 602' })))).toEqual([])
  expect(await isAlive(child.pid)).toBe(true)
  expect(await endLeftovers(left)).toEqual(left)
  await child.stop()
  expect(await isAlive(child.pid)).toBe(false)
})

async function isAlive(pid: number): Promise<boolean> {
  return (await listProcesses()).some((one) => one.pid === pid && one.command !== '')
}
