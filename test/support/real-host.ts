/**
 * This very machine as a YunoHost host: the stand-in where YunoHost would be, an sshd with YunoHost's rules, an
 * operator who is root and one who may use sudo. It changes the machine's accounts and /etc, so it wants root, and it
 * leaves nothing behind.
 */
import { execFile, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { findFreePort } from '../../infra/local/free-port.ts'
import type { HostFault } from '../../infra/local/host.ts'
import { endWithChildren } from '../../infra/local/host-ending.ts'
import { fingerprint } from '../../infra/local/host-keys.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import { projectFile } from '../../infra/project.ts'
import { compiledOnce } from './compiled.ts'

const run = promisify(execFile)
const yunohostFolder = '/etc/yunohost'
const program = '/usr/bin/yunohost'
const packages = '/usr/lib/python3/dist-packages'
const pathFile = `${packages}/gatehouse-standin.pth`
const passwordList = '/usr/share/yunohost'
const hostKeyFile = '/etc/ssh/ssh_host_ed25519_key'
const operatorRights = '/etc/sudoers.d/gh-operator'

/** Why this machine cannot be the host, or undefined when it can. */
export function whyNoRealHost(): string | undefined {
  if (process.getuid?.() !== 0) return 'this is not root'
  const programs = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/sftp', '/usr/bin/sudo']
  const needed = [...programs, '/usr/sbin/visudo', '/usr/bin/python3', packages]
  const lacking = needed.filter((path) => !existsSync(path))
  if (lacking.length > 0) return `the machine lacks ${lacking.join(', ')}`
  const taken = [program, yunohostFolder, pathFile, passwordList, '/usr/local/lib/gatehouse']
  const there = [...taken, operatorRights].filter((path) => existsSync(path))
  if (there.length > 0) return `the machine has ${there.join(', ')} already`
  const known = readFileSync('/etc/passwd', 'utf8') + readFileSync('/etc/group', 'utf8')
  return /^(?:gatehouse|gh-operator|ssh\.app):/m.test(known)
    ? 'one of its accounts or groups is here already'
    : undefined
}

export type RealHost = Awaited<ReturnType<typeof newRealHost>>

/** Lays everything out; it ends with the test. `settings` are the stand-in's. */
export async function newRealHost(settings: Readonly<Record<string, unknown>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-real-'))
  const undo: Undo = [() => rm(folder, { recursive: true, force: true })]
  onTestFinished(async () => {
    const ends = []
    for (const step of undo.reverse()) ends.push(...(await Promise.allSettled([step()])))
    expect(ends.filter(({ status }) => status === 'rejected')).toEqual([])
  }, 60_000)
  await layStandin(folder, settings, undo)
  await addOperators(undo)
  undo.push(takeLeftovers)
  const keys = await makeKeys(folder, undo)
  const port = await startSshd(folder, undo)
  const at = (name: string) => join(folder, name)
  const config = await writeClientConfig(folder, port)
  return {
    folder,
    port,
    config,
    ...keys,
    at,
    /** One of the three commands, as an operator types it. */
    command: (name: 'install' | 'check' | 'remove', ...args: readonly string[]) =>
      runNode([projectFile(`infra/host-${name}.ts`), '--ssh-config', config, ...args], {}),
    commandWith: (how: NodeRun, name: 'install' | 'check' | 'remove', ...args: readonly string[]) =>
      runNode([projectFile(`infra/host-${name}.ts`), '--ssh-config', config, ...args], how),
    setFaults: (faults: readonly HostFault[]) =>
      writeFile(at('host/faults.json'), JSON.stringify(faults)),
    setStandin: (more: Readonly<Record<string, unknown>>) =>
      writeStandin(folder, { ...settings, ...more }),
    state: async (): Promise<unknown> => JSON.parse(await readFile(at('host/state.json'), 'utf8')),
  }
}

type Undo = Array<() => Promise<unknown>>

/** What a test that failed in the middle would leave. */
async function takeLeftovers(): Promise<void> {
  const left = ['/etc/sudoers.d/gatehouse', '/usr/local/lib/gatehouse', '/var/lib/gatehouse']
  for (const path of left) await rm(path, { recursive: true, force: true })
  await rm('/home/ghstory', { recursive: true, force: true })
  await run('userdel', ['--force', 'gatehouse']).catch(() => undefined)
}

async function layStandin(folder: string, settings: Readonly<Record<string, unknown>>, undo: Undo) {
  // Made first: whoever makes this folder has the machine.
  await mkdir(yunohostFolder)
  undo.push(() => rm(yunohostFolder, { recursive: true }))
  await writeFile(`${yunohostFolder}/installed`, '')
  await mkdir(join(folder, 'host'))
  await cp(projectFile('infra/host/standin'), join(folder, 'standin'), {
    recursive: true,
    filter: (source) => !source.includes('__pycache__'),
  })
  await writeStandin(folder, settings)
  undo.push(
    () => rm(program),
    () => rm(pathFile),
    () => rm(passwordList, { recursive: true }),
  )
  await symlink(join(folder, 'standin/bin/yunohost'), program)
  await writeFile(pathFile, `${join(folder, 'standin')}\n`)
  await mkdir(passwordList)
  const list = join(passwordList, '100000-most-used-passwords-length8plus.txt')
  await writeFile(list, 'password1\nOnly-on-th1s-host\n')
}

async function writeStandin(folder: string, settings: Readonly<Record<string, unknown>>) {
  const places = { state_folder: join(folder, 'host'), home_folder: '/home' }
  const more = { mail_folder: '/var/mail', hook_folder: `${yunohostFolder}/hooks.d` }
  const text = JSON.stringify({ ...places, ...more, domains: [mailDomain], ...settings })
  await writeFile(join(folder, 'standin/standin.json'), text)
}

/** What gh-operator types for sudo. */
export const operatorPassword = 'a Pass-w0rd for sudo'

async function addOperators(undo: Undo) {
  await run('groupadd', ['--system', 'ssh.app'])
  undo.push(() => run('groupdel', ['ssh.app']))
  const { stdout: hash } = await run('openssl', ['passwd', '-6', operatorPassword])
  const how = ['--no-create-home', '--shell', '/bin/sh', '--password', hash.trim()]
  await run('useradd', ['--system', '--user-group', ...how, 'gh-operator'])
  undo.push(() => run('userdel', ['gh-operator']))
  const rights = 'Defaults:gh-operator !lecture\ngh-operator ALL=(ALL) ALL\n'
  await writeFile(operatorRights, rights, { mode: 0o440 })
  undo.push(() => rm(operatorRights))
}

async function makeKeys(folder: string, undo: Undo) {
  const make = (path: string) => run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
  if (!existsSync(hostKeyFile)) {
    await make(hostKeyFile)
    undo.push(
      () => rm(hostKeyFile),
      () => rm(`${hostKeyFile}.pub`),
    )
  }
  await make(join(folder, 'operator'))
  await make(join(folder, 'worker'))
  await cp(join(folder, 'operator.pub'), `${yunohostFolder}/operator_keys`)
  const hostKey = (await readFile(`${hostKeyFile}.pub`, 'utf8')).trim()
  const privateKey = await readFile(join(folder, 'worker'), 'utf8')
  return { privateKey, pin: fingerprint(hostKey), keyFile: join(folder, 'worker') }
}

async function startSshd(folder: string, undo: Undo): Promise<number> {
  const port = await findFreePort()
  // SHLVL keeps bash, where it is root's shell, from reading this machine's ~/.bashrc.
  const text = `ListenAddress 127.0.0.1
Port ${port}
HostKey ${hostKeyFile}
PidFile none
AuthorizedKeysFile .ssh/authorized_keys
UsePAM yes
PermitRootLogin yes
AllowGroups ssh.main sftp.main ssh.app sftp.app admins root gh-operator
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
SetEnv SHLVL=1
Match User root,gh-operator
  AuthorizedKeysFile ${yunohostFolder}/operator_keys
`
  await writeFile(join(folder, 'sshd_config'), text)
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const args = ['-D', '-E', join(folder, 'sshd.log'), '-f', join(folder, 'sshd_config')]
  const child = spawn('/usr/sbin/sshd', args, { stdio: 'ignore' })
  undo.push(() => endWithChildren(child))
  const hasBegun = async () =>
    (await readFile(join(folder, 'sshd.log'), 'utf8').catch(() => '')).includes('listening on')
  for (let attempt = 0; attempt < 100 && !(await hasBegun()); attempt += 1) await sleep(50)
  return port
}

async function writeClientConfig(folder: string, port: number): Promise<string> {
  const hostKey = await readFile(`${hostKeyFile}.pub`, 'utf8')
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`)
  const text = `Host ynh
  HostName 127.0.0.1
  Port ${port}
  IdentityFile ${join(folder, 'operator')}
Host door
  HostName 127.0.0.1
  Port ${port}
  User gatehouse
  IdentityFile ${join(folder, 'worker')}
Host *
  IdentitiesOnly yes
  BatchMode yes
  UserKnownHostsFile ${join(folder, 'known_hosts')}
`
  await writeFile(join(folder, 'ssh_config'), text)
  return join(folder, 'ssh_config')
}

/** What a command is started with. */
export type NodeRun = { readonly input?: string; readonly env?: Readonly<Record<string, string>> }

/** How a command ended and what it said. */
export type Said = { readonly code: number | null; readonly out: string }

function runNode(args: readonly string[], { input = '', env = {} }: NodeRun): Promise<Said> {
  const { MONGODB_URI: _, MAIL_DOMAIN: __, ...own } = process.env
  return runProgram(process.execPath, args, { input, env: { ...own, ...compiledOnce(), ...env } })
}

/** Runs a program to its end; both its outputs are one text. */
export function runProgram(
  file: string,
  args: readonly string[],
  { input = '', ...options }: SpawnOptions & { readonly input?: string } = {},
): Promise<Said> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    const take = (part: Buffer) => {
      out += part.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.stdin.on('error', () => undefined)
    child.once('error', fail)
    child.once('close', (code) => done({ code, out }))
    child.stdin.end(input)
  })
}

const places = ['/etc', '/usr/local', '/usr/bin', '/usr/share/yunohost', '/var/lib', '/var/mail']
const passing =
  /(?:^\/etc\/\.pwd\.lock|^\/etc\/[a-z]+-|\/__pycache__\S*|^\/var\/lib\/(?:apt|dpkg)\S*) /

/** Accounts, and every file with its kind, mode, owner, size and target, where an installation could leave one. */
export function machine(): readonly string[] {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const there = [...places, '/home', packages, '/root/.ssh'].filter((place) => existsSync(place))
  const format = '%p %y %m %U %G %s %l\n'
  const found = execFileSync('find', [...there, '-xdev', '-printf', format], options)
  // Folders grow and shrink by the names that were in them.
  const files = found.split('\n').map((line) => line.replace(/^(\S+ d \d+ \d+ \d+) \d+/, '$1'))
  const accounts = ['passwd', 'shadow', 'group', 'gshadow', 'sudoers'].map((name) => {
    const digest = createHash('sha256')
      .update(readFileSync(`/etc/${name}`))
      .digest('hex')
    return `${name} ${digest}`
  })
  return [...files.filter((line) => !passing.test(line)).sort(), ...accounts]
}
