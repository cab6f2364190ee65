import { SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { askStore } from '../lib/adapters/parameter-store.ts'
import { secretsPath } from './environment.ts'

/** A secret as the parameter store has it. */
export interface StoredSecret {
  readonly value: string
  readonly changedAt: Date
}

/** The secrets of one stage, for operators: read and written with their own AWS credentials. */
export interface SecretStore {
  readonly path: string
  /** Those of the names that are there. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, StoredSecret>>
  put(name: string, value: string): Promise<void>
  /** Writes a secret that is not there yet; false where it is, and then it stays as it is. */
  putFirst(name: string, value: string): Promise<boolean>
}

const answerSchema = z.object({
  Parameters: z.array(
    z.object({
      Name: z.string(),
      Value: z.string(),
      LastModifiedDate: z.number().transform((seconds) => new Date(seconds * 1000)),
    }),
  ),
})

// The API takes no more names in one request.
const namesPerRequest = 10

/** Opens the store; throws a sentence where this machine has no AWS credentials. */
export async function openSecretStore(stage: string, region: string): Promise<SecretStore> {
  return secretStoreOf(stage, await operatorEnvironment(region))
}

/** The store as these credentials reach it. */
export function secretStoreOf(
  stage: string,
  settings: Parameters<typeof askStore>[2],
): SecretStore {
  const path = secretsPath({ stage, family: 'core', settings: {} })
  const ask = (action: Parameters<typeof askStore>[0], body: object) =>
    askStore(action, body, settings).catch((error: unknown) => {
      throw wordSilence(error, settings.AWS_REGION)
    })
  const readSome = async (names: readonly string[]) => {
    const wanted = { Names: names.map((name) => path + name), WithDecryption: true }
    const { Parameters } = answerSchema.parse(await ask('GetParameters', wanted))
    return Parameters.map(
      ({ Name, Value: value, LastModifiedDate: changedAt }) =>
        [Name.slice(path.length), { value, changedAt }] as const,
    )
  }
  const write = (name: string, value: string, Overwrite: boolean) => {
    const parameter = { Name: path + name, Value: value, Type: 'SecureString', Overwrite }
    return ask('PutParameter', parameter)
  }
  return {
    path,
    read: async (names) => new Map((await Promise.all(chunks(names).map(readSome))).flat()),
    put: async (name, value) => {
      await write(name, value, true)
    },
    putFirst: (name, value) =>
      write(name, value, false).then(
        () => true,
        (error: unknown) => {
          if (/ ParameterAlreadyExists$/.test(String(error))) return false
          throw error
        },
      ),
  }
}

// What `fetch` says of a name that is unknown, a network that is away and a time that is over helps nobody.
function wordSilence(error: unknown, region: string): unknown {
  const isSilence =
    error instanceof Error && (error.name === 'TypeError' || error.name === 'TimeoutError')
  if (!isSilence) return error
  const text = `AWS (SSM in ${region}) does not answer: is there a network, and is REGION right?`
  return new Error(text, { cause: error })
}

function chunks(names: readonly string[]): ReadonlyArray<readonly string[]> {
  const count = Math.ceil(names.length / namesPerRequest)
  return Array.from({ length: count }, (_, index) =>
    names.slice(index * namesPerRequest, (index + 1) * namesPerRequest),
  )
}

/** The operator's own way to AWS, as variables; throws a sentence where this machine has no credentials. */
export async function operatorEnvironment(region: string) {
  return { ...(await operatorCredentials(region)), AWS_REGION: region, ...endpoint() }
}

function endpoint() {
  const url = process.env['AWS_ENDPOINT_URL_SSM']
  return url === undefined ? {} : { AWS_ENDPOINT_URL_SSM: url }
}

/** What the SDK finds: variables, a profile (AWS_PROFILE), single sign-on. Any client can be asked for it. */
async function operatorCredentials(region: string) {
  try {
    const found = await new SQSClient({ region }).config.credentials()
    return {
      AWS_ACCESS_KEY_ID: found.accessKeyId,
      AWS_SECRET_ACCESS_KEY: found.secretAccessKey,
      ...(found.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: found.sessionToken }),
    }
  } catch (cause) {
    throw new Error(
      'This machine has no AWS credentials: set AWS_PROFILE, or sign in with the AWS command line.',
      { cause },
    )
  }
}
