import { AwsClient } from 'aws4fetch'
import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import type { Environment } from './environment.ts'
import { readSettings, settingsError } from './environment.ts'

/** Environment variables that reading secrets needs; the AWS ones are set by Lambda itself. */
export const secretSettings = once(() =>
  z.object({
    SECRETS_PATH: z.string().regex(/^\/(?:[\w.-]{1,100}\/){1,10}$/),
    AWS_REGION: z.string().regex(/^[a-z0-9-]{1,40}$/),
    AWS_ENDPOINT_URL_SSM: z.url({ protocol: /^https?$/ }).optional(),
    AWS_ACCESS_KEY_ID: z.string(),
    AWS_SECRET_ACCESS_KEY: z.string(),
    AWS_SESSION_TOKEN: z.string().optional(),
  }),
)

type SecretSettings = ReadBy<typeof secretSettings>

const timeoutMilliseconds = 5000
// The API takes no more names in one request.
const namesPerRequest = 10

const answerSchema = once(() =>
  z.object({
    Parameters: z.array(z.object({ Name: z.string(), Value: z.string() })),
  }),
)

/** Values of the named SecureStrings that exist, by name; throws when the store does not answer well twice. */
export async function fetchSecrets(
  names: readonly string[],
  environment: Environment,
): Promise<Map<string, string>> {
  const read = readSettings(secretSettings(), environment)
  if ('wrong' in read) throw settingsError(read.wrong)
  const batches: Array<Promise<Map<string, string>>> = []
  for (let start = 0; start < names.length; start += namesPerRequest) {
    const batch = names.slice(start, start + namesPerRequest)
    batches.push(fetchBatch(batch, read.settings).catch(() => fetchBatch(batch, read.settings)))
  }
  return new Map((await Promise.all(batches)).flatMap((batch) => [...batch]))
}

async function fetchBatch(
  names: readonly string[],
  settings: SecretSettings,
): Promise<Map<string, string>> {
  const path = settings.SECRETS_PATH
  const wanted = { Names: names.map((name) => path + name), WithDecryption: true }
  const answer = answerSchema().safeParse(await askStore('GetParameters', wanted, settings))
  if (!answer.success) throw new Error('The parameter store answered in an unknown form')
  return new Map(answer.data.Parameters.map(({ Name, Value }) => [Name.slice(path.length), Value]))
}

/** Asks SSM by one signed request; throws an error with status and kind of a refusal, and nothing of the request. */
export async function askStore(
  action: 'GetParameters' | 'PutParameter',
  body: object,
  settings: Omit<SecretSettings, 'SECRETS_PATH'>,
): Promise<unknown> {
  const response = await signed(settings).fetch(endpoint(settings), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${action}`,
    },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`The parameter store answered ${response.status} ${kind(text)}`)
  return parsed(text)
}

function signed(settings: Omit<SecretSettings, 'SECRETS_PATH'>): AwsClient {
  const session = settings.AWS_SESSION_TOKEN
  return new AwsClient({
    accessKeyId: settings.AWS_ACCESS_KEY_ID,
    secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
    ...(session === undefined ? {} : { sessionToken: session }),
    service: 'ssm',
    region: settings.AWS_REGION,
    retries: 0,
  })
}

function endpoint(settings: Omit<SecretSettings, 'SECRETS_PATH'>): string {
  /* v8 ignore next -- @preserve: no test reaches the address of AWS itself */
  return settings.AWS_ENDPOINT_URL_SSM ?? `https://ssm.${settings.AWS_REGION}.amazonaws.com/`
}

// Only the name of the exception: its text may quote the request.
function kind(body: string): string {
  const named = z.object({ __type: z.string().regex(/^[\w.#]{1,100}$/) }).safeParse(parsed(body))
  return named.success ? named.data.__type : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
