/** The way to the host past Gatehouse, over the same SSH server. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { keyPair, replaceFile } from '../../infra/local/host-keys.ts'
import type { BenchGatehouse } from './gatehouse.ts'

type Host = BenchGatehouse['host']

/** Why the host cannot be reached past Gatehouse here; undefined where it can. */
export function lacksOpenSsh({ kind }: Host): string | undefined {
  if (kind !== 'openssh') return "not run: OpenSSH's sshd is not here"
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const hasClient = folders.some((folder) => existsSync(join(folder, 'ssh')))
  return hasClient ? undefined : "not run: OpenSSH's client is not here"
}

const keysFile = ({ folder }: Host) => join(folder, 'ssh', 'authorized_keys')

/** Lets a second key run a shell on the stand-in host; gives a way to run one script in one `ssh` call. */
export async function openBareSsh(host: Host) {
  const keyFile = join(host.folder, 'ssh', 'bench_key')
  const { public: publicKey } = await keyPair(keyFile)
  const known = await readFile(keysFile(host), 'utf8')
  await replaceFile(keysFile(host), `${known}restrict,command="sh" ${publicKey}\n`)
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
  ].flatMap((option) => ['-o', option])
  const where = ['-p', String(host.port), '-i', keyFile, `${host.user}@127.0.0.1`]
  return (script: string) =>
    new Promise<string>((resolve, reject) => {
      const child = execFile('ssh', ['-F', 'none', ...options, ...where], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      )
      child.stdin?.end(script)
    })
}

/**
 * Puts a stop-watch before the gate: it writes down the time at which the first byte of each request arrives.
 * It costs Gatehouse the start of a shell. Gives a way to read the times in milliseconds since 1970.
 */
export async function watchFirstBytes(host: Host) {
  const times = join(host.folder, 'first-bytes')
  const script = join(host.folder, 'first-byte.sh')
  const known = await readFile(keysFile(host), 'utf8')
  const [, gate] = /^restrict,command="(.*)" ssh-/.exec(known) ?? []
  if (gate === undefined) throw new Error('The key of the gate is not where it is looked for.')
  const command = gate.replaceAll('\\"', '"')
  const first = `dd bs=1 count=1 2>/dev/null; date +%s%N >> '${times}'`
  await replaceFile(script, `{ ${first}; exec cat; } | ${command}\n`)
  await replaceFile(keysFile(host), known.replace(`"${gate}"`, `"sh '${script}'"`))
  return async (): Promise<readonly number[]> => {
    const text = existsSync(times) ? await readFile(times, 'utf8') : ''
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => Number(BigInt(line) / 1000n) / 1000)
  }
}
