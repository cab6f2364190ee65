import * as z from 'zod'
import { once } from '../late.ts'

/** Variables of every AWS client. Lambda sets them itself; a local run gives stand-ins. */
export const awsVariables = once(() => ({
  AWS_REGION: z.string().regex(/^[a-z0-9-]{1,40}$/),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
}))

/** Address of a service or a queue. */
export const awsUrl = once(() => z.url({ protocol: /^https?$/ }))

interface AwsSettings {
  readonly AWS_REGION: string
  readonly AWS_ACCESS_KEY_ID?: string | undefined
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined
  readonly AWS_SESSION_TOKEN?: string | undefined
}

/** Region, endpoint and credentials for a client; without credentials among the settings the SDK looks for its own. */
export function awsClientConfig(settings: AwsSettings, endpoint: string | undefined) {
  const accessKeyId = settings.AWS_ACCESS_KEY_ID
  const secretAccessKey = settings.AWS_SECRET_ACCESS_KEY
  const sessionToken = settings.AWS_SESSION_TOKEN
  return {
    region: settings.AWS_REGION,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
  }
}
