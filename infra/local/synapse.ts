/** A real Synapse on this machine: from PyPI, with an embedded database, and heard of nowhere else. */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import { findFreePort } from './free-port.ts'
import { localServerName, type MatrixAccess } from './matrix-stub.ts'
import { writePrivate } from './private-file.ts'
import { findInstalled, findOrInstall } from './python-program.ts'

/** A running Synapse. */
export interface LocalSynapse extends MatrixAccess {
  /** What it is, for people. */
  readonly kind: string
  stop(): Promise<void>
}

const program = {
  name: 'matrix-synapse',
  requirement: 'matrix-synapse==1.163.2',
  program: 'synapse_homeserver',
}

/** The installed server's program; undefined where it was not installed. */
export function findSynapse(): string | undefined {
  return findInstalled(program)
}

/** The program, installed from PyPI where it is not there; undefined where that does not succeed. */
export function installSynapse(onProgress: (text: string) => void): Promise<string | undefined> {
  return findOrInstall(program, onProgress)
}

/** How it is started. */
export interface SynapseOptions {
  /** The path that `findSynapse` gave. */
  readonly path: string
  readonly folder: string
  readonly port?: number | undefined
}

const startSeconds = 60

/** Starts it on 127.0.0.1; what it stored in this folder before is there again. */
export async function startSynapse({ path, folder, port }: SynapseOptions): Promise<LocalSynapse> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const freePort = await findFreePort(port)
  const secret = randomBytes(24).toString('base64url')
  const file = join(folder, 'homeserver.yaml')
  // Every JSON is YAML.
  await writePrivate(file, configuration({ folder, port: freePort, secret }))
  const log = join(folder, 'synapse.log')
  const child = await startChild([path, '--config-path', file], log)
  const url = `http://127.0.0.1:${freePort}`
  try {
    await untilAnswers(child, `${url}/_matrix/client/versions`)
  } catch (cause) {
    await child.stop()
    throw new Error(`Synapse did not start; its log is ${log}`, { cause })
  }
  const serverName = localServerName
  return { url, serverName, secret, kind: `Synapse (${path})`, stop: () => child.stop() }
}

interface Ground {
  readonly folder: string
  readonly port: number
  readonly secret: string
}

function configuration({ folder, port, secret }: Ground) {
  const often = { per_second: 1000, burst_count: 1000 }
  return {
    server_name: localServerName,
    registration_shared_secret: secret,
    macaroon_secret_key: randomBytes(24).toString('base64url'),
    form_secret: randomBytes(24).toString('base64url'),
    pid_file: join(folder, 'synapse.pid'),
    signing_key_path: join(folder, 'signing.key'),
    database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
    // Without the last line it would listen on ::1 too.
    listeners: [
      {
        ...{ port, type: 'http', tls: false, x_forwarded: false },
        resources: [{ names: ['client'], compress: false }],
        bind_addresses: ['127.0.0.1'],
      },
    ],
    // Nobody else is asked or told anything.
    report_stats: false,
    trusted_key_servers: [],
    federation_domain_whitelist: [],
    enable_registration: false,
    enable_media_repo: false,
    presence: { enabled: false },
    // Sign-ins of many tests come from one address; wrong passwords for one account stay limited as usual.
    rc_login: { address: often, account: often },
    rc_registration: often,
    // Quick to check and quick to guess: nothing here is worth guessing.
    bcrypt_rounds: 4,
  }
}

async function untilAnswers(child: Child, url: string): Promise<void> {
  for (let tries = startSeconds * 10; tries > 0; tries -= 1) {
    if (child.hasEnded()) throw new Error('It ended at its start.')
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error(`It was silent for ${startSeconds} seconds.`)
}
