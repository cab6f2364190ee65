import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import type { Chat, ChatMessage } from '../ports.ts'
import { DeliveryError } from '../queue/delivery.ts'
import { adapter } from './adapter.ts'
import { seconds as secondsSetting } from './seconds.ts'

const discordSettings = () =>
  z.object({
    DISCORD_ROLE_ID: z
      .string()
      .regex(/^\d{1,20}$/)
      .optional(),
    CHAT_SECONDS: secondsSetting(5, 15),
  })

// Discord's limits: title and field name, field value, fields, all characters of an embed.
const longestName = 256
const longestValue = 1024
const mostFields = 25
const mostCharacters = 6000

/** The webhook of the staff's channel. Its address is a secret and in no error (T22). */
export const discordChat = adapter<Chat, ReadBy<typeof discordSettings>>({
  settings: discordSettings,
  secrets: ['discord-webhook'],
  grants: [],
  open: ({ settings, secret }) => ({
    async post(message) {
      const webhook = await readWebhook(() => secret('discord-webhook'))
      const body = JSON.stringify(toBody(message, settings.DISCORD_ROLE_ID))
      await judge(await deliver(webhook, body, settings.CHAT_SECONDS))
    },
  }),
})

// Nothing in the texts can call anybody: only the role that is named here is told.
function toBody(message: ChatMessage, roleId: string | undefined) {
  const role = message.ping ? roleId : undefined
  const title = cut(message.title, longestName)
  return {
    ...(role === undefined ? {} : { content: `<@&${role}>` }),
    allowed_mentions: { parse: [], roles: role === undefined ? [] : [role] },
    embeds: [{ title, fields: toFields(message, mostCharacters - title.length) }],
  }
}

function toFields(message: ChatMessage, characters: number) {
  let left = characters
  return message.fields.slice(0, mostFields).flatMap((field) => {
    const name = cut(field.name, longestName)
    const value = cut(field.value, longestValue)
    left -= name.length + value.length
    return left < 0 ? [] : [{ name, value }]
  })
}

// Discord refuses an empty text, and an escape that loses its second half would escape what comes next.
function cut(text: string, length: number): string {
  if (text.trim() === '') return '–'
  return text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .replace(/\\+$/, '')
        .toWellFormed()}…`
}

async function readWebhook(secret: () => Promise<string>): Promise<URL> {
  const text = await secret().catch((cause: unknown) => {
    throw new DeliveryError('transient', 'The address of the chat cannot be read', { cause })
  })
  const url = URL.parse(text)
  const isLocal = url?.protocol === 'http:' && url.hostname === '127.0.0.1'
  if (url && (url.protocol === 'https:' || isLocal)) return url
  throw new DeliveryError('transient', 'The secret "discord-webhook" is no web address')
}

// Without the cause, which may quote the address. Twice the same message is better than none.
async function deliver(webhook: URL, body: string, longestSeconds: number): Promise<Response> {
  try {
    return await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(longestSeconds * 1000),
    })
  } catch {
    throw new DeliveryError('transient', 'The chat does not answer')
  }
}

async function judge(response: Response): Promise<void> {
  const { status } = response
  const text = await response.text().catch(() => '')
  if (response.ok) return
  const retryAfterSeconds = status === 429 ? retryAfter(response, text) : undefined
  const isTransient = status === 429 || status === 408 || status >= 500
  throw new DeliveryError(isTransient ? 'transient' : 'permanent', `The chat answered ${status}`, {
    retryAfterSeconds,
  })
}

const seconds = once(() => z.coerce.number().positive().max(86_400))
const limited = once(() => z.object({ retry_after: seconds() }))

function retryAfter(response: Response, text: string): number | undefined {
  const header = seconds().safeParse(response.headers.get('retry-after')).data
  const body = limited().safeParse(parsed(text)).data?.retry_after ?? header
  return body === undefined ? undefined : Math.ceil(body)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
