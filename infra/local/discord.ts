import { randomBytes } from 'node:crypto'
import { findDiscordErrors } from './discord-rules.ts'
import {
  type Answer,
  jsonAnswer,
  type LocalServer,
  type ReceivedRequest,
  startServer,
} from './http-server.ts'

/** A message that a webhook took. */
export interface ChatPost {
  readonly webhook: string
  readonly at: string
  readonly message: Readonly<Record<string, unknown>>
}

/** How a webhook behaves when it does not do its work. */
export type DiscordFault =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'silent' }

/** A server with webhooks that judges messages by Discord's rules and shows them under `/messages`. */
export interface LocalDiscord {
  readonly origin: string
  /** A new webhook's address; as with Discord's own, whoever knows it may post. */
  addWebhook(name: string): string
  messages(name: string): readonly ChatPost[]
  setFault(name: string, fault: DiscordFault | undefined): void
  stop(): Promise<void>
}

interface Webhook {
  readonly token: string
  fault: DiscordFault | undefined
}

/** Starts the stub on 127.0.0.1. */
export async function startDiscord(options: { port?: number } = {}): Promise<LocalDiscord> {
  const webhooks = new Map<string, Webhook>()
  const posts: ChatPost[] = []
  const server: LocalServer = await startServer({
    port: options.port,
    answer: async (request) => answer({ webhooks, posts, request }),
  })
  return {
    origin: server.origin,
    addWebhook: (name) => {
      const token = randomBytes(24).toString('base64url')
      webhooks.set(name, { token, fault: undefined })
      return `${server.origin}/api/webhooks/${name}/${token}`
    },
    messages: (name) => posts.filter(({ webhook }) => webhook === name),
    setFault: (name, fault) => {
      const webhook = webhooks.get(name)
      if (webhook) webhook.fault = fault
    },
    stop: () => server.stop(),
  }
}

interface Visit {
  readonly webhooks: ReadonlyMap<string, Webhook>
  readonly posts: ChatPost[]
  readonly request: ReceivedRequest
}

function answer({ webhooks, posts, request }: Visit): Answer | undefined {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1')
  if (request.method === 'GET' && pathname === '/messages') return jsonAnswer(200, posts)
  const [, name = '', token] = /^\/api(?:\/v\d+)?\/webhooks\/([^/]+)\/([^/]+)$/.exec(pathname) ?? []
  const webhook = webhooks.get(name)
  if (webhook === undefined || webhook.token !== token) {
    return jsonAnswer(404, { message: 'Unknown Webhook', code: 10015 })
  }
  if (request.method !== 'POST') {
    return jsonAnswer(405, { message: '405: Method Not Allowed', code: 0 })
  }
  if (webhook.fault) return answerFault(webhook.fault)
  const message = parse(request.body)
  if (message === undefined) {
    return jsonAnswer(400, { message: 'The request body contains invalid JSON.', code: 50109 })
  }
  const refusal = findDiscordErrors(message)
  if (refusal) return jsonAnswer(400, refusal)
  const post = { webhook: name, at: new Date().toISOString(), message }
  posts.push(post)
  if (searchParams.get('wait') === 'true')
    return jsonAnswer(200, { id: String(posts.length), ...message })
  return { status: 204, headers: {}, body: '' }
}

function answerFault(fault: DiscordFault): Answer | undefined {
  if (fault.kind === 'silent') return undefined
  if (fault.kind === 'broken') {
    return jsonAnswer(500, { message: '500: Internal Server Error', code: 0 })
  }
  const seconds = fault.retryAfterSeconds
  const body = { message: 'You are being rate limited.', retry_after: seconds, global: false }
  return jsonAnswer(429, body, { 'retry-after': String(Math.ceil(seconds)) })
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}
