import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { projectFile } from '../project.ts'
import { LineError } from './operator-line.ts'

/** Where the worker's key pair lies until it is in the secret store. */
export const keyFile = projectFile('.local/host-key')

/** The public keys in these files, each of which may be the private or the public half. */
export function publicKeys(files: readonly string[]): Promise<string[]> {
  return Promise.all(files.map(publicKey))
}

/** The worker's key pair, made when it is not there. */
export async function makeKey(): Promise<string> {
  if (!existsSync(keyFile)) {
    await mkdir(dirname(keyFile), { recursive: true, mode: 0o700 })
    const how = ['-q', '-t', 'ed25519', '-N', '', '-C', 'gatehouse', '-f', keyFile]
    await promisify(execFile)('ssh-keygen', how)
  }
  return publicKey(keyFile)
}

async function publicKey(file: string): Promise<string> {
  const path = existsSync(`${file}.pub`) ? `${file}.pub` : file
  const text = await readFile(path, 'utf8').catch(() => '')
  // Options and comments of the line are not ours to pass on.
  const found = /^(?:ssh-ed25519|ecdsa-sha2-nistp\d{3}) [A-Za-z0-9+/=]+(?=\s|$)/.exec(text)
  if (found) return found[0]
  throw new LineError(`${path} is no public key (Ed25519 or ECDSA).`)
}
