import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { endWithChildren } from './host-ending.ts'
import type { Ground, SshServer } from './host-ground.ts'
import { keyBlob, replaceFile } from './host-keys.ts'

const longestMs = 8000
const pauseMs = 15

const SSHD_PLACES = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']

/** OpenSSH's server of this machine, if there is one. */
export function findSshd(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SSHD_PLACES]
  return folders
    .map((folder) => join(folder, 'sshd'))
    .find((path) => path.startsWith('/') && existsSync(path))
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

async function writeSshdFiles(ground: Ground, port: number): Promise<string> {
  const at = (name: string) => join(ground.folder, 'ssh', name)
  const command = ground.command.map(shellWord).join(' ').replaceAll('"', '\\"')
  const line = `restrict,command="${command}" ${ground.clientKey.public}\n`
  await replaceFile(at('authorized_keys'), line)
  const settings = [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey "${at('host_key')}"`,
    'PidFile none',
    `AuthorizedKeysFile "${at('authorized_keys')}"`,
    // The folder may lie below one that a group can write, as in a temporary folder.
    'StrictModes no',
    'UsePAM no',
    'AuthenticationMethods publickey',
    'PubkeyAuthentication yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin forced-commands-only',
    `AllowUsers ${ground.user}`,
    'DisableForwarding yes',
    'PermitTTY no',
    'PermitUserRC no',
    // Keeps bash, where it is this user's shell, from reading ~/.bashrc before each call of the gate.
    'SetEnv SHLVL=1',
    'MaxStartups 200',
    'MaxSessions 100',
    'LogLevel VERBOSE',
  ]
  await replaceFile(at('sshd_config'), `${settings.join('\n')}\n`)
  return at('sshd_config')
}

/** Runs OpenSSH's server on 127.0.0.1; undefined where it does not run, or the gate does not answer behind it. */
export async function startOpenSsh(
  ground: Ground,
  sshd: string,
  port: number,
): Promise<SshServer | undefined> {
  const config = await writeSshdFiles(ground, port)
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const log = openSync(join(ground.folder, 'ssh', 'sshd.log'), 'a', 0o600)
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', log] })
  closeSync(log)
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const stop = async () => {
    await endWithChildren(child)
    await ended
  }
  const untilMs = performance.now() + longestMs
  while (performance.now() < untilMs && child.exitCode === null) {
    if (await answers(ground, port)) return { kind: 'openssh', port, stop }
    await sleep(pauseMs)
  }
  await stop()
  return undefined
}

/** Whether the gate answers behind the server: a locked account or its shell may stand in the way. */
function answers(ground: Ground, port: number): Promise<boolean> {
  return new Promise((done) => {
    const client = new ssh2.Client()
    const end = (good: boolean) => {
      client.end()
      done(good)
    }
    client.on('error', () => end(false))
    client.on('connect', () => client.setNoDelay(true))
    client.on('ready', () =>
      client.exec('gate', (error, channel) => {
        if (error !== undefined) return end(false)
        let text = ''
        channel.on('data', (part: Buffer) => {
          text += part.toString()
        })
        channel.on('close', () => end(text.includes('"class": "ok"')))
        channel.end('{"v":1,"op":"version"}')
      }),
    )
    const hostVerifier = (key: Buffer) => key.equals(keyBlob(ground.hostKey.public))
    const { user: username, clientKey } = ground
    const at = { host: '127.0.0.1', port, readyTimeout: 5000 }
    client.connect({ ...at, username, privateKey: clientKey.private, hostVerifier })
  })
}
