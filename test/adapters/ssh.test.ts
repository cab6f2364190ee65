import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../infra/local/free-port.ts'
import { startParameters } from '../../infra/local/parameters.ts'
import { mostAnswerBytes } from '../../lib/adapters/gate-wire.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { GateRequest } from '../../lib/yunohost/gate.ts'

const hostKey = ssh2.utils.generateKeyPairSync('ed25519')
const otherHostKey = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
const rsaHostKey = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
const clientKey = ssh2.utils.generateKeyPairSync('ed25519')
const otherClientKey = ssh2.utils.generateKeyPairSync('ed25519')

const request: GateRequest = {
  op: 'run',
  task: 't1',
  step: 2,
  fence: 3,
  verb: 'user_create',
  args: { username: 'robin', full_name: 'Röbin 🔑' },
  secrets: { password: 'canary' },
  wait: 5,
}

const answer = {
  state: 'done',
  exit: 0,
  class: 'ok',
  key: null,
  text: '',
  log: null,
  seconds: 1.25,
  output: 'done',
} as const

const whole = { v: 1, task: 't1', step: 2, met: true, ...answer }

type Gate = (channel: ssh2.ServerChannel, input: string, connection: ssh2.Connection) => void

const answering =
  (document: unknown, exit = 0): Gate =>
  (channel) => {
    channel.write(typeof document === 'string' ? document : `${JSON.stringify(document)}\n`)
    channel.exit(exit)
    channel.end()
  }

/** An SSH server that lets the one key in and passes what it gets to `gate`. */
async function newHost(gate: Gate = answering(whole), keys = [hostKey]) {
  const seen = { connections: 0, attempts: 0, commands: [] as string[], inputs: [] as string[] }
  const allowed = ssh2.utils.parseKey(clientKey.public)
  const connections = new Set<ssh2.Connection>()
  const server = new ssh2.Server({ hostKeys: keys.map((key) => key.private) }, (connection) => {
    seen.connections += 1
    connections.add(connection)
    connection.on('error', () => undefined)
    connection.on('close', () => connections.delete(connection))
    connection.on('authentication', (attempt) => {
      seen.attempts += 1
      const isRight = attempt.method === 'publickey' && !(allowed instanceof Error)
      if (isRight && attempt.key.data.equals(allowed.getPublicSSH())) attempt.accept()
      else attempt.reject()
    })
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec, _, { command }) => {
        const channel = acceptExec()
        const parts: Buffer[] = []
        seen.commands.push(command)
        channel.on('error', () => undefined)
        channel.on('data', (part: Buffer) => parts.push(part))
        channel.on('end', () => {
          const input = Buffer.concat(parts).toString()
          seen.inputs.push(input)
          gate(channel, input, connection)
        })
      })
    })
  })
  const port = await findFreePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const connection of connections) connection.end()
  })
  return { port, seen, connections, server }
}

async function listen(server: Server): Promise<number> {
  const port = await findFreePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return port
}

interface Access {
  readonly port: number
  readonly pins?: string
  readonly key?: string
  readonly environment?: Readonly<Record<string, string>>
}

async function openHost(access: Access) {
  const { port, pins = pinsOf(hostKey), key = clientKey.private } = access
  const store = await startParameters()
  onTestFinished(() => store.stop())
  store.set('/gatehouse/test/ssh-key', key)
  store.set('/gatehouse/test/ssh-host-keys', pins)
  const environment = {
    HOST_ADDRESS: '127.0.0.1',
    HOST_PORT: String(port),
    HOST_USER: 'gatehouse',
    SECRETS_PATH: '/gatehouse/test/',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SSM: store.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
    ...access.environment,
  }
  const { host } = await openPorts({ host: sshHost }, newWorld(environment))
  return { host, store }
}

function pinsOf(...keys: ReadonlyArray<{ readonly public: string }>): string {
  return JSON.stringify(
    keys.map((key) => {
      const blob = Buffer.from(key.public.split(' ')[1] ?? '', 'base64')
      return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
    }),
  )
}

test('the request goes as one document on standard input, and the command never changes', async () => {
  const { port, seen } = await newHost()
  const { host } = await openHost({ port })
  expect(await host.ask(request)).toEqual(answer)
  expect(seen.commands).toEqual(['gatehouse'])
  expect(seen.inputs.map((input) => JSON.parse(input))).toEqual([{ v: 1, ...request }])
})

test('a job is asked about without a verb', async () => {
  const { port, seen } = await newHost()
  const { host } = await openHost({ port })
  await host.ask({ op: 'attach', task: 't1', step: 2, fence: 3, verb: 'user', args: {}, wait: 0 })
  expect(JSON.parse(seen.inputs[0] ?? '')).toEqual({
    v: 1,
    op: 'attach',
    task: 't1',
    step: 2,
    fence: 3,
    wait: 0,
  })
})

test('what a read showed comes along, without the keys that nobody asked for', async () => {
  const seen = {
    state: 'absent',
    full_name: null,
    mail: null,
    home: false,
    mailbox: false,
  } as const
  const { port } = await newHost(
    answering({ ...whole, seen: { ...seen, exists: false, shell: null } }),
  )
  const { host } = await openHost({ port })
  expect(await host.ask(request)).toEqual({ ...answer, seen })
})

test('a refusal of a request that had no task is an answer', async () => {
  const refusal = {
    ...whole,
    task: null,
    step: null,
    state: 'refused',
    class: 'refused_input',
    exit: null,
  }
  const { port } = await newHost(answering(refusal))
  const { host } = await openHost({ port })
  expect(await host.ask(request)).toMatchObject({ state: 'refused', class: 'refused_input' })
})

test('several asks in a row share a line, which is given up soon after', async () => {
  const { port, seen, connections } = await newHost()
  const { host } = await openHost({ port })
  for (let ask = 0; ask < 15; ask += 1) await host.ask(request)
  expect(seen.connections).toBe(1)
  expect(connections.size).toBe(1)
  await sleep(2300)
  expect(connections.size).toBe(0)
  await host.ask(request)
  expect(seen.connections).toBe(2)
})

test('a line that was cut between two asks is made anew', async () => {
  const { port, seen, connections } = await newHost()
  const { host } = await openHost({ port })
  await host.ask(request)
  for (const connection of connections) connection.end()
  await sleep(50)
  expect(await host.ask(request)).toEqual(answer)
  expect(seen.connections).toBe(2)
})

test('a line that is reset between two asks is made anew', async () => {
  const { port } = await newHost()
  const sockets = new Set<Socket>()
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
    near.pipe(far).pipe(near)
    sockets.add(near)
  })
  const { host } = await openHost({ port: await listen(relay) })
  await host.ask(request)
  for (const socket of sockets) socket.resetAndDestroy()
  await sleep(50)
  expect(await host.ask(request)).toEqual(answer)
  expect(sockets.size).toBe(2)
})

test('asks at the same time share one line', async () => {
  const { port, seen } = await newHost()
  const { host } = await openHost({ port })
  await Promise.all([host.ask(request), host.ask(request), host.ask(request)])
  expect(seen).toMatchObject({ connections: 1, commands: ['gatehouse', 'gatehouse', 'gatehouse'] })
})

test('a second pin lets a host key be changed without a stop', async () => {
  const { port } = await newHost(answering(whole), [otherHostKey])
  const { host } = await openHost({ port, pins: pinsOf(hostKey, otherHostKey) })
  expect(await host.ask(request)).toEqual(answer)
})

// T04.
test('a host with another key sees no attempt to sign in (FI-10)', async () => {
  const { port, seen } = await newHost(answering(whole), [otherHostKey])
  const { host } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ name: 'HostError', kind: 'identity' })
  expect(seen.attempts).toBe(0)
})

test('a host that has only an RSA key is refused even where it is pinned', async () => {
  const { port, seen } = await newHost(answering(whole), [rsaHostKey])
  const { host } = await openHost({ port, pins: pinsOf(rsaHostKey) })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  expect(seen.attempts).toBe(0)
})

test.each(['[]', '', '["SHA256:short"]', '"SHA256:x"', '[""]'])(
  'pins that are %j let no host in, and nothing is sent',
  async (pins) => {
    const { port, seen } = await newHost()
    const { host } = await openHost({ port, pins })
    await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
    expect(seen.connections).toBe(0)
  },
)

test('our key being refused is a matter of identity, tried once', async () => {
  const { port, seen } = await newHost()
  const { host } = await openHost({ port, key: otherClientKey.private })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  expect(seen.attempts).toBe(1)
})

// The client asks whether the key would do before it signs with it.
const attemptsOfOneSignIn = 2

test('a pin that was corrected is taken up by the next ask, and our key is offered nowhere else', async () => {
  const { port, seen } = await newHost(answering(whole), [otherHostKey])
  const { host, store } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  expect(seen).toMatchObject({ connections: 2, attempts: 0 })
  store.set('/gatehouse/test/ssh-host-keys', pinsOf(otherHostKey))
  expect(await host.ask(request)).toEqual(answer)
  expect(seen).toMatchObject({ connections: 4, attempts: attemptsOfOneSignIn })
})

test('a pin that was corrected into another wrong one is tried once and offers nobody our key', async () => {
  const { port, seen } = await newHost(answering(whole), [otherHostKey])
  const { host, store } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  store.set('/gatehouse/test/ssh-host-keys', pinsOf(rsaHostKey))
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  expect(seen).toMatchObject({ connections: 3, attempts: 0 })
})

test('a list of pins that was mended lets the host in', async () => {
  const { port, seen } = await newHost()
  const { host, store } = await openHost({ port, pins: 'SHA256:' })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  store.set('/gatehouse/test/ssh-host-keys', pinsOf(hostKey))
  expect(await host.ask(request)).toEqual(answer)
  expect(seen.connections).toBe(1)
})

test('a new key of ours is taken up by the next ask after the old one is refused', async () => {
  const { port, seen } = await newHost()
  const { host, store } = await openHost({ port, key: otherClientKey.private })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  store.set('/gatehouse/test/ssh-key', clientKey.private)
  expect(await host.ask(request)).toEqual(answer)
  expect(seen.attempts).toBe(1 + 1 + attemptsOfOneSignIn)
})

test('a refusal stays one while the secrets cannot be read again', async () => {
  const { port, seen } = await newHost(answering(whole), [otherHostKey])
  const { host, store } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  store.set('/gatehouse/test/ssh-host-keys', undefined)
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'identity' })
  expect(seen).toMatchObject({ connections: 2, attempts: 0 })
})

test('our key being no key is a matter of identity and is not quoted', async () => {
  const { port } = await newHost()
  const { host } = await openHost({ port, key: 'canary' })
  const error = await host.ask(request).catch((caught: unknown) => caught)
  expect(error).toMatchObject({ kind: 'identity' })
  expect(textsOf(error)).not.toContain('canary')
})

test('a host that is not there is unreachable', async () => {
  const { host } = await openHost({ port: await findFreePort() })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'unreachable' })
})

test('of asks at the same time each learns that the host is not there', async () => {
  const { host } = await openHost({ port: await findFreePort() })
  const first = host.ask(request).catch((error: unknown) => error)
  await sleep(0)
  const asks = await Promise.all([first, host.ask(request).catch((error: unknown) => error)])
  expect(asks).toMatchObject(Array(2).fill({ kind: 'unreachable' }))
})

test('a host that lets us in and runs nothing is unreachable: nothing was sent', async () => {
  const { port, server } = await newHost()
  server.on('connection', (connection) => {
    connection.removeAllListeners('session')
    connection.on('session', (_, reject) => reject())
  })
  const { host } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'unreachable' })
})

test('a host that takes a connection and says nothing is unreachable after the time that is set', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined))
  const environment = { SSH_CONNECT_SECONDS: '0.5' }
  const { host } = await openHost({ port: await listen(server), environment })
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'unreachable' })
})

test('without its secrets the host is unreachable', async () => {
  const { port, seen } = await newHost()
  const { host, store } = await openHost({ port })
  store.set('/gatehouse/test/ssh-key', undefined)
  await expect(host.ask(request)).rejects.toMatchObject({ kind: 'unreachable' })
  expect(seen.connections).toBe(0)
})

const lost: ReadonlyArray<readonly [string, Gate]> = [
  ['no exit code', (channel) => void channel.end(JSON.stringify(whole))],
  [
    'an end by a signal',
    (channel) => {
      channel.exit('KILL')
      channel.end()
    },
  ],
  ['a line that is cut', (_, __, connection) => void connection.end()],
  ['nothing at all', answering('')],
  ['no JSON', answering('no JSON\n')],
  ['two documents', answering(`${JSON.stringify(whole)}\n${JSON.stringify(whole)}\n`)],
  ['half a document', answering(JSON.stringify(whole).slice(0, -5))],
  ['a state that does not exist', answering({ ...whole, state: 'perhaps' })],
  ['another version', answering({ ...whole, v: 2 })],
  ['another task', answering({ ...whole, task: 't2' })],
  ['another step', answering({ ...whole, step: 1 })],
  ['a read without a state', answering({ ...whole, seen: { home: true } })],
  ['more than an answer can be', answering('x'.repeat(mostAnswerBytes + 1))],
]

test('a gate that does not start is a host that cannot be trusted, not a lost answer', async () => {
  const { port } = await newHost(answering('sudo: a password is required\n', 1))
  const { host } = await openHost({ port })
  await expect(host.ask(request)).rejects.toMatchObject({ name: 'HostError', kind: 'identity' })
})

test.each(lost)(
  'after %s the outcome is lost, and the next ask has a new line (FI-06)',
  async (_, gate) => {
    let current = gate
    const { port, seen } = await newHost((...call) => current(...call))
    const { host } = await openHost({ port })
    const error = await host.ask(request).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'HostError', kind: 'lost' })
    expect(textsOf(error)).not.toContain('canary')
    current = answering(whole)
    expect(await host.ask(request)).toEqual(answer)
    expect(seen.connections).toBe(2)
  },
)

test('an ask ends 70 seconds after the time that the gate may wait', async () => {
  const { port } = await newHost(() => undefined)
  const { host } = await openHost({ port })
  const began = performance.now()
  await expect(host.ask({ ...request, wait: -69 })).rejects.toMatchObject({ kind: 'lost' })
  expect(performance.now() - began).toBeLessThan(3000)
})

function textsOf(error: unknown): string {
  return error instanceof Error ? `${error.stack}\n${textsOf(error.cause)}` : ''
}
