import ssh2 from 'ssh2'
import { parseCredentials } from '../lib/adapters/matrix/mas.ts'
import { parsePins } from '../lib/adapters/ssh.ts'
import { parseKeyRing } from '../lib/crypto/key-ring.ts'
import { adaptersOf, type Functions } from './definitions.ts'

/** The key rings; only `npm run keys` changes one that is there. */
export const keyRings = ['sealing-keys', 'signing-keys'] as const

/** What a standard parameter holds at most; larger ones cost money (SSM quotas). */
const longestBytes = 4096

/** Every secret that a function of the table reads, by name. */
export function secretNames(functions: Functions): readonly string[] {
  const names = Object.values(functions).flatMap(({ definition }) =>
    adaptersOf(definition.uses).flatMap(({ secrets }) => secrets),
  )
  return [...new Set(names)].sort()
}

/** Secrets that nobody reads while a setting is not set, and that setting. */
const neededWith: Readonly<Record<string, string>> = { 'matrix-admin': 'MATRIX_URL' }

/** The secrets without which an installation with these settings does not work. */
export function neededSecrets(
  functions: Functions,
  isSet: (setting: string) => boolean,
): readonly string[] {
  return secretNames(functions).filter((name) => {
    const setting = neededWith[name]
    return setting === undefined || isSet(setting)
  })
}

/** A sentence about a value that its reader would refuse; it says nothing of the value. */
export function secretProblem(name: string, value: string): string | undefined {
  if (value === '') return 'it is empty.'
  if (Buffer.byteLength(value) > longestBytes) return `it has more than ${longestBytes} bytes.`
  return forms[name]?.(value)
}

const forms: Readonly<Record<string, (value: string) => string | undefined>> = {
  'mongodb-uri': databaseProblem,
  'ssh-key': sshKeyProblem,
  'ssh-host-keys': (value) =>
    isRefused(() => parsePins(value))
      ? 'it is not a list of fingerprints such as ["SHA256:…"].'
      : undefined,
  'discord-webhook': (value) =>
    URL.parse(value)?.protocol === 'https:' ? undefined : 'it is not an address with https.',
  'matrix-admin': matrixSecretProblem,
  'sealing-keys': keyRingProblem,
  'signing-keys': keyRingProblem,
}

function databaseProblem(value: string): string | undefined {
  if (/[<>]/.test(value)) {
    return 'it has < or > in it: put your own user and password in the place of what Atlas shows there.'
  }
  const parts = /^mongodb(?:\+srv)?:\/\/[^/\s]+(?:\/(?<database>[^/?\s]*))?(?:\?\S*)?$/.exec(value)
  if (!parts) {
    return 'it is not written as mongodb+srv://USER:PASSWORD@HOST/DATABASE; of a / : ? # [ ] @ % in the password write %2F %3A %3F %23 %5B %5D %40 %25.'
  }
  return parts.groups?.['database']
    ? undefined
    : 'it names no database: put gatehouse behind the host, as in mongodb+srv://USER:PASSWORD@HOST/gatehouse.'
}

function sshKeyProblem(value: string): string | undefined {
  const key = ssh2.utils.parseKey(value)
  if (key instanceof Error) return 'it is not a private key without a passphrase.'
  if (!key.isPrivateKey()) return 'it is the public half of a key.'
  return key.type === 'ssh-ed25519' ? undefined : 'it is not of the kind ed25519.'
}

/** Synapse's shared secret, or a client of Matrix Authentication Service as JSON. */
function matrixSecretProblem(value: string): string | undefined {
  if (value.length < 20) return 'it is shorter than 20 characters.'
  if (!value.startsWith('{') || !isRefused(() => parseCredentials(value))) return undefined
  return 'it is not written as {"client_id": "…", "client_secret": "…"}.'
}

function keyRingProblem(value: string): string | undefined {
  return isRefused(() => parseKeyRing('', value)) ? 'it is not written as a key ring.' : undefined
}

function isRefused(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch {
    return true
  }
}
