import { readFileSync } from 'node:fs'

/** Names, addresses and numbers of one installation; never a secret, because templates show them. */
export type Settings = Readonly<Record<string, string>>

/** Stand-ins that templates can be made and looked at with; a real installation replaces every one. */
const examples: Settings = {
  COMMUNITY_NAME: 'Example community',
  MAIL_DOMAIN: 'community.example',
  MAIL_SENDER: 'gatehouse@community.example',
  DEFAULT_LANGUAGE: 'en',
  HOST_ADDRESS: 'host.community.example',
  HOST_PORT: '22',
  HOST_USER: 'gatehouse',
  DISCORD_ROLE_ID: '100000000000000000',
  CORS_ORIGINS: '',
}

/** The settings of a stage: the examples, replaced by those of `.settings.<stage>.json` in the folder. */
export function settingsOf(stage: string, folder = process.cwd()): Settings {
  const own: unknown = JSON.parse(readOwn(`${folder}/.settings.${stage}.json`))
  return { ...examples, ...textsOf(own) }
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '{}'
  }
}

function textsOf(value: unknown): Settings {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]))
}
