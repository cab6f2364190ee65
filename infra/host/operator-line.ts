/**
 * The operator's own SSH line to a host, by the `ssh` program with its configuration and agent. It carries
 * one Python text to root there on standard input; nothing is copied to the host for that.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSecretInput } from '../secret-input.ts'
import { type HostAnswer, type HostRequest, readHostAnswer } from './installer-wire.ts'

export type OperatorLine = {
  /** What `ssh` makes of the target: the address that others can use, too. */
  readonly address: string
  readonly port: number
  readonly ask: (request: HostRequest) => Promise<HostAnswer>
  readonly close: () => Promise<void>
}

type Ran = { readonly code: number | null; readonly stdout: string }

/** Something about the line that the operator can do something about. */
export class LineError extends Error {
  override readonly name = 'LineError'
}

const python = '/usr/bin/python3'
const marker = 'GATEHOUSE'
// What comes before the marker is a password that sudo did not want to have.
const loader = [
  'import sys,json',
  'r=sys.stdin.buffer',
  `any(l==b"${marker}\\n" for l in iter(r.readline,b""))`,
  'd=json.load(r)',
  'g={}',
  'exec(d["script"],g)',
  'g["main"](d["request"])',
].join(';')
const program = `${python} -I -c '${loader}'`

/** Opens a line; whoever opens it closes it. */
export async function openOperatorLine(target: string, config?: string): Promise<OperatorLine> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-line-'))
  // One connection for all calls, so that a passphrase or a touch is asked for once.
  const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(folder, 'c')}`]
  const base = ['-T', ...(config === undefined ? [] : ['-F', config]), ...shared]
  const options = [...base, '-o', 'ControlPersist=60']
  const run = (command: string, input = '') => ssh([...options, '--', target, command], input)
  const close = async () => {
    await ssh([...base, '-q', '-O', 'exit', '--', target], '', 'ignore').catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { address, port } = await resolve(base, target)
    const root = await becomeRoot(run)
    return { address, port, close, ask: (request) => ask(run, root, request) }
  } catch (error) {
    await close()
    throw error
  }
}

/** The command that gives root, and what it has to be told first. */
type Root = { readonly command: string; readonly before: string }

async function becomeRoot(run: (command: string, input?: string) => Promise<Ran>): Promise<Root> {
  const probe = `id -u; test -x ${python} || echo nopython; sudo -n true 2>/dev/null && echo sudo`
  const { stdout } = await run(probe)
  const [id, ...rest] = stdout.trim().split('\n')
  if (!/^\d+$/.test(id ?? '')) throw new LineError('No shell answers over SSH.')
  if (rest.includes('nopython')) throw new LineError(`The host has no ${python}.`)
  if (id === '0') return { command: `exec ${program}`, before: '' }
  const command = `exec sudo -S -p '' -- ${program}`
  if (rest.includes('sudo')) return { command, before: '' }
  const password = await readSecretInput('Password for sudo on the host')
  const tried = await run("sudo -k -S -p '' true", `${password}\n`)
  if (tried.code !== 0) throw new LineError('sudo on the host does not take this password.')
  return { command, before: `${password}\n` }
}

async function ask(
  run: (command: string, input?: string) => Promise<Ran>,
  { command, before }: Root,
  request: HostRequest,
): Promise<HostAnswer> {
  const script = await readFile(join(import.meta.dirname, 'gatehouse_host.py'), 'utf8')
  const document = JSON.stringify({ script, request })
  const { code, stdout } = await run(command, `${before}${marker}\n${document}`)
  const answer = readHostAnswer(stdout)
  if (answer !== undefined) return answer
  throw new LineError(
    `The line ended without an answer (${code}). What was begun ends or is undone on the host; look with host:check.`,
  )
}

async function resolve(base: readonly string[], target: string) {
  const { stdout } = await ssh([...base, '-G', '--', target], '')
  const value = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(stdout)?.[1]
  return { address: value('hostname') ?? target, port: Number(value('port') ?? 22) }
}

function ssh(args: readonly string[], input: string, words: 'inherit' | 'ignore' = 'inherit') {
  return new Promise<Ran>((done, fail) => {
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', words] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part
    })
    child.stdin.on('error', () => undefined)
    child.once('error', () => fail(new LineError('The program `ssh` is not on this machine.')))
    child.once('close', (code) => done({ code, stdout }))
    child.stdin.end(input)
  })
}
