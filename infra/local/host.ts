/**
 * A host for a laptop and for tests: the real gate, behind a real SSH server, in front of the
 * stand-in `yunohost`. Everything lies under one folder and nothing outlives stop().
 */
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from './free-port.ts'
import { endJobs } from './host-ending.ts'
import type { Ground, SshServer } from './host-ground.ts'
import { startInProcess } from './host-in-process.ts'
import { fingerprint, keyPair, replaceFile } from './host-keys.ts'
import { findSshd, startOpenSsh } from './host-openssh.ts'
import { hostPython } from './host-python.ts'

export type HostFault = {
  readonly fault: string
  readonly command?: string
  readonly value?: unknown
  readonly times?: number
}

export type HostUser = {
  readonly username: string
  readonly fullName: string
  readonly mail: readonly string[]
  readonly groups: readonly string[]
  readonly permission: readonly string[]
  readonly shell: string
}

export type HostOptions = {
  readonly folder: string
  readonly domain: string
  readonly port?: number
  /** Settings of the stand-in beside those that the folder gives: strength, password_list, ... */
  readonly standin?: Readonly<Record<string, unknown>>
  /** Which SSH server to use; without it OpenSSH's where there is one. */
  readonly server?: 'openssh' | 'ssh2'
}

export type LocalHost = {
  readonly address: '127.0.0.1'
  readonly port: number
  readonly user: string
  readonly privateKey: string
  readonly hostKeyFingerprints: string[]
  readonly folder: string
  readonly kind: 'openssh' | 'ssh2'
  readonly ledger: () => Promise<unknown[]>
  /** What arrived as arguments, byte for byte, passwords as salted digests. */
  readonly received: () => Promise<unknown[]>
  readonly users: () => Promise<HostUser[]>
  readonly setFaults: (faults: readonly HostFault[]) => Promise<void>
  readonly stop: () => Promise<void>
}

const SOURCES = fileURLToPath(new URL('../host/', import.meta.url))

export async function startHost(options: HostOptions): Promise<LocalHost> {
  const ground = await layOut(options)
  const server = await startServer(ground, options)
  const host = join(ground.folder, 'host')
  return {
    address: '127.0.0.1',
    port: server.port,
    user: ground.user,
    privateKey: ground.clientKey.private,
    hostKeyFingerprints: [fingerprint(ground.hostKey.public)],
    folder: ground.folder,
    kind: server.kind,
    ledger: () => readLines(join(host, 'ledger.jsonl')),
    received: () => readLines(join(host, 'received.jsonl')),
    users: () => readUsers(join(host, 'state.json')),
    setFaults: (faults) => replaceFile(join(host, 'faults.json'), JSON.stringify(faults)),
    stop: async () => {
      await server.stop()
      await endJobs(ground.gate)
    },
  }
}

async function layOut(options: HostOptions): Promise<Ground> {
  const folder = resolve(options.folder)
  const at = (...parts: string[]) => join(folder, ...parts)
  for (const name of ['gate', 'gate-state', 'host', 'home', 'mail', 'ssh']) {
    await mkdir(at(name), { recursive: true, mode: 0o700 })
  }
  const gate = at('gate', 'gatehouse_gate.py')
  await cp(join(SOURCES, 'gatehouse_gate.py'), gate)
  await rm(at('standin'), { recursive: true, force: true })
  await cp(join(SOURCES, 'standin'), at('standin'), {
    recursive: true,
    filter: (source) => !source.includes('__pycache__'),
  })
  const homes = { home_folder: at('home'), mail_folder: at('mail') }
  const domains = [options.domain]
  const standin = { state_folder: at('host'), ...homes, domains, ...options.standin }
  await replaceFile(at('standin', 'standin.json'), JSON.stringify(standin))
  const user = userInfo().username
  const places = { python_path: [at('standin')], state_folder: at('gate-state'), ...homes }
  const config = { ...places, account: user, domains }
  await replaceFile(at('gate', 'gatehouse_gate.json'), JSON.stringify(config))
  const hostKey = await keyPair(at('ssh', 'host_key'))
  const clientKey = await keyPair(at('ssh', 'client_key'))
  const command: Ground['command'] = [hostPython(), '-I', gate]
  return { folder, gate, command, user, hostKey, clientKey }
}

async function readIfThere(path: string): Promise<string> {
  return existsSync(path) ? await readFile(path, 'utf8') : ''
}

async function readLines(path: string): Promise<unknown[]> {
  const text = await readIfThere(path)
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

type State = {
  users: Record<string, { fullname: string; mail: string[]; permission: string[]; shell: string }>
  groups: Record<string, { members: string[] }>
}

async function readUsers(path: string): Promise<HostUser[]> {
  const text = await readIfThere(path)
  if (text === '') return []
  const state = JSON.parse(text) as State
  const groups = Object.entries(state.groups)
  return Object.entries(state.users).map(([username, user]) => ({
    username,
    fullName: user.fullname,
    mail: user.mail,
    groups: groups.filter(([, group]) => group.members.includes(username)).map(([name]) => name),
    permission: user.permission,
    shell: user.shell,
  }))
}

async function startServer(ground: Ground, options: HostOptions): Promise<SshServer> {
  const sshd = findSshd()
  if (options.server !== 'ssh2' && sshd !== undefined) {
    const server = await startOpenSsh(ground, sshd, options.port ?? (await findFreePort()))
    if (server !== undefined) return server
  }
  if (options.server === 'openssh') throw new Error('OpenSSH does not run here')
  return startInProcess(ground, options.port ?? 0)
}
