import { execFile, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { listProcesses } from '../../infra/local/processes.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../infra/start.ts')

const credentials = z.strictObject({ username: z.string(), password: z.string() })
const runningFile = z.strictObject({
  api: z.url(),
  docs: z.url(),
  mailbox: z.url(),
  discord: z.url(),
  matrix: z.url(),
  accounts: z.strictObject({ service: credentials, staff: credentials, member: credentials }),
  managers: z.array(z.email()).min(1),
  pid: z.int(),
})

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-start-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function launch(args: readonly string[], options: SpawnOptionsWithoutStdio = {}) {
  const child = spawn(process.execPath, [program, '--folder', folder, ...args], options)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { child, ended, text: () => text }
}

async function start(...args: readonly string[]) {
  const { child, ended, text: said } = launch(args)
  await expect.poll(said, { timeout: 60_000 }).toContain('Ctrl-C ends all of it')
  const running = runningFile.parse(
    JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')),
  )
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code] = await ended
    return code
  }
  return { text: said(), running, end }
}

async function ownProcesses() {
  return (await listProcesses()).filter(({ command }) => command.includes(folder))
}

test('one command brings up everything, and one signal ends it', async () => {
  const blocker = createServer()
  blocker.listen(8480, '127.0.0.1').once('error', () => undefined)
  onTestFinished(() => void blocker.close())
  const { text, running, end } = await start()
  expect(text).toContain('Port 8480 is taken')
  expect(text).toContain(`Data stays in ${folder}; "npm start -- --folder ${folder} --fresh"`)
  const again = launch([])
  expect(await again.ended).toEqual([1, null])
  expect(again.text()).toContain(`Gatehouse runs already, on ${running.api}/ with the mailbox on`)
  expect(again.text()).toContain(`kill ${running.pid}`)
  const { mode } = await stat(join(folder, 'running.json'))
  expect(mode & 0o777).toBe(0o600)

  const [command = ''] = /^curl .*$/m.exec(text) ?? []
  const { stdout } = await run('sh', ['-c', command])
  expect(JSON.parse(stdout)).toMatchObject({ task_id: expect.any(String) })
  expect(stdout).toMatch(/\}\n$/)
  const store = async () => (await fetch(`${running.mailbox}/store`)).json()
  await expect
    .poll(store, { timeout: 20_000 })
    .toMatchObject({ emails: [{ from: expect.any(String) }] })
  const messages = async () => (await fetch(`${running.discord}/messages`)).json()
  await expect.poll(messages, { timeout: 20_000 }).toHaveLength(1)

  expect(await end('SIGINT')).toBe(0)
  expect(await ownProcesses()).toEqual([])
  await expect(stat(join(folder, 'running.json'))).rejects.toThrow('ENOENT')
}, 120_000)

test('passwords change at each start, and a killed run is cleared up by the next one', async () => {
  const first = await start()
  await first.end('SIGKILL')
  const second = await start()
  expect(second.text).toContain('An earlier run was killed')
  const { member } = second.running.accounts
  expect(member.username).toBe(first.running.accounts.member.username)
  expect(member.password).not.toBe(first.running.accounts.member.password)
  const answer = await fetch(`${second.running.api}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(member),
  })
  expect(answer.status).toBe(200)
  expect(await second.end('SIGTERM')).toBe(0)
  expect(await ownProcesses()).toEqual([])
}, 120_000)

/** A machine without a database server, whose Python installs one for as long as nobody stops it. */
async function newBareMachine() {
  const cache = await mkdtemp(join(tmpdir(), 'gatehouse-bare-'))
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
  const python = '#!/bin/sh\n[ "$1" = -c ] || exec sleep 60\n'
  await writeFile(join(cache, 'python3.13'), python, { mode: 0o755 })
  const { PATH, ...others } = process.env
  const own = { PATH: `${cache}:${PATH}`, XDG_CACHE_HOME: cache }
  return { ...others, ...own, GATEHOUSE_DATABASE: 'secantusd-py' }
}

test('a start that is stopped before it is up says nothing of what broke off by that', async () => {
  // A group of its own, so that the signal reaches the programs that it started too, as Ctrl-C does.
  const { child, ended, text } = launch([], { detached: true, env: await newBareMachine() })
  await expect.poll(text, { timeout: 20_000 }).toContain('is installed once')
  await sleep(500)
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT')
  expect(await ended).toEqual([0, null])
  const [last, stopping, ...before] = text().trim().split('\n').reverse()
  expect(last).toBe('Stopped before it was up.')
  expect(stopping).toMatch(/^Gatehouse is stopping/)
  expect(before).toHaveLength(2)
  expect(await ownProcesses()).toEqual([])
}, 60_000)
