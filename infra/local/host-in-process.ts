import { type ChildProcess, spawn } from 'node:child_process'
import ssh2 from 'ssh2'
import { endWithChildren } from './host-ending.ts'
import type { Ground, SshServer } from './host-ground.ts'
import { keyBlob } from './host-keys.ts'

/** An SSH server in this process, for machines without OpenSSH's. */
export function startInProcess(ground: Ground, port: number): Promise<SshServer> {
  const children = new Set<ChildProcess>()
  const clients = new Set<ssh2.Connection>()
  const server = new ssh2.Server({ hostKeys: [ground.hostKey.private] }, (client) => {
    clients.add(client)
    sendAtOnce(client)
    client.on('close', () => clients.delete(client))
    client.on('error', () => undefined)
    client.on('authentication', (context) => authenticate(ground, context))
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const child = runGate(ground, acceptExec())
        children.add(child)
        child.once('close', () => children.delete(child))
      })
    })
  })
  const stop = async () => {
    for (const client of clients) client.end()
    await new Promise<void>((done) => server.close(() => done()))
    for (const child of children) await endWithChildren(child)
  }
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => {
      const bound = server.address()
      const taken = typeof bound === 'object' && bound !== null ? bound.port : port
      done({ kind: 'ssh2', port: taken, stop })
    })
  })
}

/** Keeps small packets from waiting to be joined, as OpenSSH does: 40 ms at each turn of a conversation. */
export function sendAtOnce(client: ssh2.Connection): void {
  // Every connection has it; its type forgets to say so.
  const withDelay = client as ssh2.Connection & { setNoDelay(isOn: boolean): void }
  withDelay.setNoDelay(true)
}

function isTheClient(ground: Ground, context: ssh2.AuthContext): boolean {
  if (context.method !== 'publickey' || context.username !== ground.user) return false
  const key = ssh2.utils.parseKey(ground.clientKey.public)
  if (key instanceof Error || !context.key.data.equals(keyBlob(ground.clientKey.public)))
    return false
  const { signature, blob } = context
  // Without a signature the client only asks whether it is worth making one.
  if (signature === undefined || blob === undefined) return true
  return key.verify(blob, signature, context.hashAlgo) === true
}

function authenticate(ground: Ground, context: ssh2.AuthContext): void {
  if (isTheClient(ground, context)) context.accept()
  else context.reject(['publickey'])
}

function runGate(ground: Ground, channel: ssh2.ServerChannel): ChildProcess {
  const [program, ...args] = ground.command
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: {} })
  // Either side may go away first; the other one then writes into nothing.
  for (const stream of [child.stdin, child.stdout, child.stderr, channel]) {
    stream.on('error', () => undefined)
  }
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.once('close', (code, signal) => {
    // As OpenSSH tells it: by a name without its first three letters.
    if (signal === null) channel.exit(code ?? 255)
    else channel.exit(signal.slice(3))
    channel.end()
  })
  return child
}
