import { randomBytes } from 'node:crypto'
import { awsNames } from './aws-names.ts'
import { fastPace, fastVisibilitySeconds } from './fast-pace.ts'
import type { LocalHost } from './host.ts'
import type { MatrixAccess } from './matrix-stub.ts'
import type { QueueUrls } from './queues.ts'
import type { Servers } from './servers.ts'

/** One Gatehouse on the local servers: queues, a webhook, a Matrix server, secrets and settings of its own. */
export interface Installation {
  readonly name: string
  /** What a deployed function has in `process.env`. Grows when the host joins. */
  readonly environment: Record<string, string>
  readonly queueUrls: QueueUrls
  useHost(host: LocalHost): void
  /** Another Matrix server than the stub's. */
  useMatrix(matrix: MatrixAccess): void
  /** Sets a secret by its name below the secrets path, or takes it away. */
  setSecret(name: string, value: string | undefined): void
  /** Puts another address into every secret that holds this one. */
  moveSecrets(from: string, to: string): void
  remove(): Promise<void>
}

/** What is particular about one installation. */
export interface InstallationOptions {
  readonly name: string
  readonly publicUrl: string
  readonly databaseUri: string
  readonly assetsFolder: string
  readonly keys?: KeyRings
  readonly settings?: Readonly<Record<string, string>>
  /** Leases, waits and time-outs of about a second, for tests. */
  readonly isFast?: boolean
}

/** Key rings that outlive a restart: without them nothing sealed can be opened, and every token is void. */
export interface KeyRings {
  readonly sealing: string
  readonly signing: string
}

/** New key rings, each as the text that the parameter store holds. */
export function newKeyRings(): KeyRings {
  return { sealing: newKeyRing(), signing: newKeyRing() }
}

function newKeyRing(): string {
  return JSON.stringify({ current: 'k1', keys: { k1: randomBytes(32).toString('base64url') } })
}

/** Domain of the mail addresses on the stand-in host. */
export const mailDomain = 'lantern.example'

/** Who decides about registrations in a local run. */
export const managers = ['rosa.manager@mail.example', 'noor.manager@mail.example'] as const

/** Prepares an installation; nothing of it runs yet. */
export async function newInstallation(
  servers: Servers,
  options: InstallationOptions,
): Promise<Installation> {
  const { name, databaseUri, keys = newKeyRings() } = options
  const path = `/gatehouse/${name}/`
  const pace = options.isFast ? fastPace : {}
  const visibility = options.isFast ? fastVisibilitySeconds : undefined
  const queueUrls = await servers.queues.create(`${name}-`, visibility)
  const secrets = new Map<string, string>()
  const setSecret = (secret: string, value: string | undefined) => {
    servers.parameters.set(path + secret, value)
    if (value === undefined) secrets.delete(secret)
    else secrets.set(secret, value)
  }
  setSecret('mongodb-uri', databaseUri)
  setSecret('sealing-keys', keys.sealing)
  setSecret('signing-keys', keys.signing)
  setSecret('discord-webhook', servers.discord.addWebhook(name))
  const matrix = servers.matrix.addServer(name)
  setSecret('matrix-admin', matrix.secret)
  const environment: Record<string, string> = {
    ...environmentOf(servers, options),
    ...matrixVariables(matrix),
    SECRETS_PATH: path,
    HOST_QUEUE_URL: queueUrls.host,
    POST_QUEUE_URL: queueUrls.post,
    DEAD_LETTER_QUEUE_URL: queueUrls.dead,
    ...pace,
    ...options.settings,
  }
  return {
    name,
    environment,
    queueUrls,
    setSecret,
    useHost: (host) => {
      setSecret('ssh-key', host.privateKey)
      setSecret('ssh-host-keys', JSON.stringify(host.hostKeyFingerprints))
      environment['HOST_ADDRESS'] = host.address
      environment['HOST_PORT'] = String(host.port)
      environment['HOST_USER'] = host.user
    },
    useMatrix: (access) => {
      setSecret('matrix-admin', access.secret)
      Object.assign(environment, matrixVariables(access))
    },
    moveSecrets: (from, to) => {
      for (const [secret, value] of secrets) setSecret(secret, value.replaceAll(from, to))
    },
    remove: () => servers.queues.remove(queueUrls),
  }
}

function matrixVariables({ url, serverName }: MatrixAccess) {
  return { MATRIX_DRIVER: 'synapse', MATRIX_URL: url, MATRIX_SERVER_NAME: serverName }
}

function environmentOf(servers: Servers, options: InstallationOptions): Record<string, string> {
  return {
    PUBLIC_URL: options.publicUrl,
    ASSETS_FOLDER: options.assetsFolder,
    COMMUNITY_NAME: 'Lantern',
    MAIL_DOMAIN: mailDomain,
    DEFAULT_LANGUAGE: 'en',
    // The mailbox is shared by all installations of a process; the sender tells their mails apart.
    MAIL_SENDER: `${options.name}@${mailDomain}`,
    DISCORD_ROLE_ID: '100000000000000001',
    REGISTRATION_TARGETS: 'matrix,yunohost',
    MANAGERS: managers.join(','),
    AWS_REGION: awsNames.region,
    AWS_ACCESS_KEY_ID: awsNames.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: awsNames.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: servers.queues.endpoint,
    AWS_ENDPOINT_URL_SES: servers.mailbox.endpoint,
    AWS_ENDPOINT_URL_SSM: servers.parameters.endpoint,
  }
}
