import type { SendEmailCommandInput } from '@aws-sdk/client-ses'
import { SESClient, SESServiceException, SendEmailCommand } from '@aws-sdk/client-ses'
import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import type { Mail, Mailer } from '../ports.ts'
import { DeliveryError } from '../queue/delivery.ts'
import { adapter } from './adapter.ts'
import { awsClientConfig, awsUrl, awsVariables } from './aws.ts'
import { seconds } from './seconds.ts'

const labels = '(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,30}[a-z0-9-]{2,63}'
const localPart = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
// One bare address: no list, group, name, comment or line end (T21; lengths of RFC 5321, 4.5.3.1).
const bareAddress = new RegExp(`^(?=[^@]{1,64}@)(?=.{3,254}$)${localPart}@${labels}$`, 'i')
const namedAddress = new RegExp(`^[\\w .'-]{1,60} <(?=[^@]{1,64}@)${localPart}@${labels}>$`, 'i')

const sesSettings = () =>
  z.object({
    MAIL_SENDER: z
      .string()
      .max(320)
      .regex(new RegExp(`${bareAddress.source}|${namedAddress.source}`, 'i')),
    AWS_ENDPOINT_URL_SES: awsUrl().optional(),
    MAIL_SECONDS: seconds(10, 15),
    ...awsVariables(),
  })

/** Amazon SES (v1 SendEmail). One call per mail: whether to try again is the task's decision, which knows more. */
export const sesMailer = adapter<Mailer, ReadBy<typeof sesSettings>>({
  settings: sesSettings,
  secrets: [],
  grants: [{ action: 'ses:SendEmail', resource: 'MailIdentity' }],
  open: ({ settings }) => {
    const longest = settings.MAIL_SECONDS * 1000
    const client = new SESClient({
      ...awsClientConfig(settings, settings.AWS_ENDPOINT_URL_SES),
      maxAttempts: 1,
      requestHandler: { connectionTimeout: longest / 2 },
    })
    return {
      async send(mail) {
        if (!bareAddress.test(mail.to)) {
          throw new DeliveryError('permanent', 'The recipient is not a single plain mail address')
        }
        const command = new SendEmailCommand(toInput(mail, settings.MAIL_SENDER))
        const abortSignal = AbortSignal.timeout(longest)
        const answer = await client.send(command, { abortSignal }).catch(failDelivery)
        if (answer.MessageId) return { messageId: answer.MessageId }
        throw new DeliveryError('ambiguous', 'SES answered without a message id')
      },
    }
  },
})

function toInput(mail: Mail, sender: string): SendEmailCommandInput {
  const content = (Data: string) => ({ Data, Charset: 'UTF-8' })
  return {
    Source: sender,
    Destination: { ToAddresses: [mail.to] },
    Message: {
      Subject: content(mail.subject),
      Body: { Text: content(mail.text), Html: content(mail.html) },
    },
  }
}

// Neither the cause nor SES's own sentence goes along: both may quote the address.
function failDelivery(error: unknown): never {
  if (error instanceof SESServiceException) {
    const status = error.$metadata.httpStatusCode
    const text = `SES refused the mail: ${error.name} (${status})`
    throw new DeliveryError(kindOfRefusal(error.name), text)
  }
  const { name, code } = Object(error)
  const kind = isBeforeSending(error) ? 'transient' : 'ambiguous'
  throw new DeliveryError(kind, `SES was not reached: ${code ?? name}`)
}

// Only what is wrong with this one mail is final. The rest (throttling, a sender or account that is not ready, rights,
// trouble of theirs) ends by itself or by an operator's hand, and nothing was accepted.
function kindOfRefusal(name: string): DeliveryError['kind'] {
  return name === 'InvalidParameterValue' || name === 'ValidationError' ? 'permanent' : 'transient'
}

const connectionFailure = once(() =>
  z.union([
    z.looseObject({ syscall: z.enum(['connect', 'getaddrinfo']) }),
    z.looseObject({
      code: z.enum(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']),
    }),
    z.looseObject({
      code: z.string().regex(/^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/),
    }),
    z.looseObject({ name: z.literal('CredentialsProviderError') }),
    z.looseObject({
      name: z.literal('TimeoutError'),
      message: z.string().regex(/did not establish a connection/),
    }),
  ]),
)

function isBeforeSending(error: unknown): boolean {
  return connectionFailure().safeParse(error).success
}
