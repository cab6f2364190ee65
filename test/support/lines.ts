import { inject } from 'vitest'
import type { Installation } from '../../infra/local/installation.ts'
import type { Servers } from '../../infra/local/servers.ts'
import { type Line, startLine } from './line.ts'

/** Where a line that can be cut may be put. */
export type LineName = 'database' | 'queues' | 'mail' | 'chat' | 'secrets' | 'host'

/** Puts lines between an installation and its servers; the one to the host is put when the host starts. */
export async function putLines(
  names: readonly LineName[],
  servers: Servers,
  installation: Installation,
): Promise<Map<LineName, Line>> {
  const { environment } = installation
  const lines = new Map<LineName, Line>()
  const targets = {
    queues: servers.queues.endpoint,
    mail: servers.mailbox.endpoint,
    chat: servers.discord.origin,
    secrets: servers.parameters.endpoint,
    database: inject('ground').databaseUri,
  }
  for (const name of names) {
    if (name === 'host') continue
    const target = new URL(targets[name])
    const line = await startLine(Number(target.port))
    lines.set(name, line)
    for (const [key, value] of Object.entries(environment)) {
      environment[key] = value.replace(`http://${target.host}`, line.origin)
    }
    installation.moveSecrets(target.host, `127.0.0.1:${line.port}`)
  }
  return lines
}
