import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { startControl } from './control.ts'
import { readWords } from './main.ts'
import { startProxy } from './proxy.ts'

async function newControl() {
  const ssh = await startProxy({ targetPort: 1 })
  const mail = await startProxy({ targetPort: 2 })
  const control = await startControl(new Map(Object.entries({ ssh, mail })))
  onTestFinished(async () => {
    await control.stop()
    await ssh.stop()
    await mail.stop()
  })
  const ask = async (method: string, path: string, body?: unknown) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(control.origin + path, { method, ...sent })
    // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in its assertions.
    const read: any = await answer.json()
    return { status: answer.status, body: read }
  }
  return { ssh, mail, ask, control }
}

const passing = { kind: 'pass' }

test('the control port tells the state of every proxy', async () => {
  const { ssh, mail, ask } = await newControl()
  expect(await ask('GET', '/')).toEqual({
    status: 200,
    body: {
      ssh: { port: ssh.port, targetPort: 1, fault: passing, connections: 0 },
      mail: { port: mail.port, targetPort: 2, fault: passing, connections: 0 },
    },
  })
})

test.each([
  { kind: 'refuse' },
  { kind: 'black_hole' },
  { kind: 'half_open' },
  { kind: 'reset', afterBytes: 7, direction: 'to_client', times: 1 },
  { kind: 'delay', milliseconds: 5 },
  { kind: 'slow', bytesPerSecond: 100 },
])('$kind can be set by name, and all faults end at once', async (fault) => {
  const { ssh, mail, ask } = await newControl()
  expect(await ask('PUT', '/ssh', fault)).toMatchObject({ status: 200, body: { fault } })
  expect([ssh.state().fault, mail.state().fault]).toEqual([fault, passing])
  await ask('PUT', '/mail', fault)
  expect((await ask('POST', '/reset')).status).toBe(200)
  expect([ssh.state().fault, mail.state().fault]).toEqual([passing, passing])
})

test.each([
  ['PUT', '/nobody', passing, 404],
  ['GET', '/ssh', undefined, 405],
  ['PUT', '/ssh', { kind: 'flood' }, 400],
  ['PUT', '/ssh', { kind: 'delay' }, 400],
  ['PUT', '/ssh', { kind: 'delay', milliseconds: -1 }, 400],
  ['PUT', '/ssh', { kind: 'pass', more: 1 }, 400],
  ['PUT', '/ssh', undefined, 400],
])('%s %s with %j is refused and changes nothing', async (method, path, body, status) => {
  const { ssh, ask } = await newControl()
  await ssh.set({ kind: 'black_hole' })
  expect((await ask(method, path, body)).status).toBe(status)
  expect(ssh.state().fault).toEqual({ kind: 'black_hole' })
})

test.each([
  ['--ssh 22:2222 --mail 25 --control 9400', 9400, { ssh: [22, 2222], mail: [25, undefined] }],
  ['--api 8480', undefined, { api: [8480, undefined] }],
])('%s is a command line', (line, control, proxies) => {
  const wish = readWords(line.split(' '))
  const read = [...(wish?.proxies ?? [])].map(([name, place]) => [
    name,
    [place.targetPort, place.port],
  ])
  expect([wish?.control, Object.fromEntries(read)]).toEqual([control, proxies])
})

test.each(['', '--ssh', '--ssh x', 'ssh 22', '--ssh 22 --ssh 23', '--control 9400', '--ssh 0'])(
  '"%s" is none',
  (line) => {
    expect(readWords(line.split(' '))).toBeUndefined()
  },
)

test('the program puts its proxies up, tells where they are, and ends at a signal', async () => {
  const { control: target } = await newControl()
  const program = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [program, '--api', String(target.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBeGreaterThan(3)
  const api = /127\.0\.0\.1:(\d+) ->/.exec(lines[0] ?? '')?.[1]
  const control = /http:\S+/.exec(lines[1] ?? '')?.[0]
  expect((await fetch(`http://127.0.0.1:${api}/`)).status).toBe(200)
  const body = JSON.stringify({ kind: 'refuse' })
  expect((await fetch(`${control}/api`, { method: 'PUT', body })).status).toBe(200)
  await expect(fetch(`http://127.0.0.1:${api}/`)).rejects.toThrow()
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
})
