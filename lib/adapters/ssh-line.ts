import { createHash, timingSafeEqual } from 'node:crypto'
import { NodeSSH } from 'node-ssh'
import type { Algorithms } from 'ssh2'
import * as z from 'zod'
import { once } from '../late.ts'
import { HostError } from '../yunohost/gate.ts'

/** Where a line leads, whose key opens it, and the fingerprints that the other end may have. */
export interface SshTarget {
  readonly address: string
  readonly port: number
  readonly user: string
  /** Longest time until the connection stands. */
  readonly connectSeconds: number
  /** Between two questions whether the other end is still there; three without an answer end the line. */
  readonly keepAliveSeconds: number
  /** Private key in OpenSSH's text form. */
  readonly privateKey: string
  /** `SHA256:...`, as `ssh-keygen -l` prints them. */
  readonly pins: readonly string[]
}

/** What to send to a command and how much of it to take. */
export interface LineCall {
  readonly input: string
  readonly timeoutSeconds: number
  readonly mostBytes: number
}

/** An SSH connection whose other end has proven its identity. */
export interface SshLine {
  isOpen(): boolean
  /** Runs a command with its input. Throws `HostError`: `unreachable` when nothing was sent, else `lost`. */
  run(command: string, call: LineCall): Promise<{ stdout: string; code: number | null }>
  close(): void
}

// What sshd of YunoHost offers (yunohost.md 16.1), and no RSA host keys (T04).
const algorithms: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp521',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp256',
    'diffie-hellman-group-exchange-sha256',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
  ],
  cipher: [
    'aes256-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-ctr',
  ],
  hmac: [
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512',
    'hmac-sha2-256',
  ],
  compress: ['none'],
}

/** Connects and signs in. Throws `HostError`: `identity` when a key of either side is refused, else `unreachable`. */
export async function openLine(target: SshTarget): Promise<SshLine> {
  const ssh = new NodeSSH()
  let isDenied = false
  const connecting = ssh.connect({
    host: target.address,
    port: target.port,
    username: target.user,
    privateKey: target.privateKey,
    authHandler: ['publickey'],
    readyTimeout: target.connectSeconds * 1000,
    keepaliveInterval: target.keepAliveSeconds * 1000,
    keepaliveCountMax: 3,
    algorithms,
    // Before anything is offered to the other end, our key least of all.
    hostVerifier: (key: Buffer) => {
      isDenied = !isPinned(key, target.pins)
      return !isDenied
    },
  })
  // Each of the handshake's small packets would otherwise wait to be joined with the next one, 40 ms at a time.
  ssh.connection?.on('connect', () => ssh.connection?.setNoDelay(true))
  await connecting.catch((cause: unknown) => {
    ssh.dispose()
    throw isDenied || isIdentityTrouble(cause)
      ? new HostError('identity', 'The host key or our key was refused', cause)
      : new HostError('unreachable', 'The host does not answer', cause)
  })
  // Without a listener an error on an idle line would end the process; `isOpen` tells of it.
  ssh.connection?.on('error', () => ssh.dispose())
  return {
    isOpen: () => ssh.isConnected(),
    run: (command, call) => run(ssh, command, call),
    close: () => ssh.dispose(),
  }
}

function isPinned(key: Buffer, pins: readonly string[]): boolean {
  const found = createHash('sha256').update(key).digest()
  const matches = pins.map((pin) => Buffer.from(pin.slice('SHA256:'.length), 'base64'))
  return matches.some((pin) => pin.length === found.length && timingSafeEqual(pin, found))
}

const identityTrouble = once(() =>
  z.union([
    z.looseObject({ level: z.literal('client-authentication') }),
    z.looseObject({ message: z.string().regex(/host key|privateKey|signature verification/i) }),
  ]),
)

function isIdentityTrouble(cause: unknown): boolean {
  return identityTrouble().safeParse(cause).success
}

async function run(ssh: NodeSSH, command: string, call: LineCall): ReturnType<SshLine['run']> {
  const { connection } = ssh
  let isSent = false
  let bytes = 0
  const failed = Promise.withResolvers<never>()
  const fail = (why: string, cause?: unknown) => {
    failed.reject(new HostError(isSent ? 'lost' : 'unreachable', why, cause))
    ssh.dispose()
  }
  const cut = () => fail('The line was cut')
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > call.mostBytes) fail('The host said more than an answer can be')
  }
  const timer = setTimeout(() => fail('The host took too long'), call.timeoutSeconds * 1000)
  connection?.once('close', cut)
  const ended = ssh.execCommand(command, {
    stdin: call.input,
    noTrim: true,
    onChannel: (channel) => {
      isSent = true
      // A write to a line that was just cut; its end is told by `close`.
      channel.on('error', () => undefined)
    },
    onStdout: count,
    onStderr: count,
  })
  ended.catch((cause: unknown) => fail('The host refused the command', cause))
  try {
    return await Promise.race([ended.catch(() => failed.promise), failed.promise])
  } finally {
    clearTimeout(timer)
    connection?.removeListener('close', cut)
  }
}
