import { inject } from 'vitest'
import type { LocalHost } from '../../infra/local/host.ts'
import type { Installation } from '../../infra/local/installation.ts'
import type { Servers } from '../../infra/local/servers.ts'
import { type ChaosProxy, startProxy } from './proxy.ts'

/** Every place where a proxy may stand between a Gatehouse and a server. */
export const lineNames = [
  'host',
  'database',
  'queues',
  'mail',
  'discord',
  'matrix',
  'secrets',
] as const

/** One of these places. */
export type LineName = (typeof lineNames)[number]

/** The lines of one Gatehouse. */
export type Lines = Map<LineName, ChaosProxy>

/** Puts proxies between an installation and its servers; the one to the host is put when the host starts. */
export async function putLines(
  names: readonly LineName[],
  servers: Servers,
  installation: Installation,
): Promise<Lines> {
  const { environment } = installation
  const lines: Lines = new Map()
  const targets = {
    queues: servers.queues.endpoint,
    mail: servers.mailbox.endpoint,
    discord: servers.discord.origin,
    matrix: servers.matrix.origin,
    secrets: servers.parameters.endpoint,
    database: inject('ground').databaseUri,
  }
  for (const name of names) {
    if (name === 'host') continue
    const target = new URL(targets[name])
    const line = await startProxy({ targetPort: Number(target.port) })
    lines.set(name, line)
    for (const [key, value] of Object.entries(environment)) {
      environment[key] = value.replace(`http://${target.host}`, line.origin)
    }
    installation.moveSecrets(target.host, `127.0.0.1:${line.port}`)
  }
  return lines
}

/** Puts a proxy between an installation and its host, which it uses already. */
export async function putHostLine(
  lines: Lines,
  host: LocalHost,
  installation: Installation,
): Promise<void> {
  const line = await startProxy({ targetPort: host.port })
  lines.set('host', line)
  installation.environment['HOST_PORT'] = String(line.port)
}
