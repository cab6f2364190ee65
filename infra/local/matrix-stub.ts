import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import {
  type Answer,
  jsonAnswer,
  type LocalServer,
  type ReceivedRequest,
  startServer,
} from './http-server.ts'
import { type MatrixAccounts, newAccounts } from './matrix-accounts.ts'

/** How a server of the stub behaves when it does not do its work; `after` does the work first. */
export type MatrixFault =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'broken'; readonly after?: boolean }
  | { readonly kind: 'silent'; readonly after?: boolean }
  | { readonly kind: 'rubbish'; readonly after?: boolean }

/** Where a Matrix server is and what lets us register there. */
export interface MatrixAccess {
  readonly url: string
  readonly serverName: string
  readonly secret: string
}

/** A server that answers to registration by shared secret, sign-in and sign-out as Synapse does. */
export interface LocalMatrixStub {
  readonly origin: string
  /** A server of its own below a path of its own, with accounts and a secret of its own. */
  addServer(name: string): MatrixAccess
  accounts(name: string): MatrixAccounts
  setFault(name: string, fault: MatrixFault | undefined): void
  stop(): Promise<void>
}

interface Homeserver extends MatrixAccess {
  readonly accounts: MatrixAccounts
  readonly nonces: Set<string>
  fault: MatrixFault | undefined
}

/** Name of the server in the ids of its accounts. */
const serverName = 'lantern.example'

/** Starts the stub on 127.0.0.1; it keeps accounts in memory only. */
export async function startMatrixStub(options: { port?: number } = {}): Promise<LocalMatrixStub> {
  const servers = new Map<string, Homeserver>()
  const listening: LocalServer = await startServer({
    port: options.port,
    answer: async (request) => answer(servers, request),
  })
  const find = (name: string) => {
    const server = servers.get(name)
    if (server === undefined) throw new Error(`The stub has no Matrix server "${name}".`)
    return server
  }
  return {
    origin: listening.origin,
    addServer: (name) => {
      const url = `${listening.origin}/${name}`
      const secret = randomBytes(24).toString('base64url')
      const accounts = newAccounts()
      const nonces = new Set<string>()
      servers.set(name, { url, serverName, secret, accounts, nonces, fault: undefined })
      return { url, serverName, secret }
    },
    accounts: (name) => find(name).accounts,
    setFault: (name, fault) => {
      find(name).fault = fault
    },
    stop: () => listening.stop(),
  }
}

function answer(
  servers: ReadonlyMap<string, Homeserver>,
  request: ReceivedRequest,
): Answer | undefined {
  const { pathname } = new URL(request.url, 'http://127.0.0.1')
  const [, name = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(pathname) ?? []
  const server = servers.get(name)
  if (server === undefined) return refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request')
  const { fault } = server
  if (fault && !('after' in fault && fault.after)) return answerFault(fault)
  const usual = handle(server, `${request.method} ${path}`, request)
  return fault ? answerFault(fault) : usual
}

function answerFault(fault: MatrixFault): Answer | undefined {
  switch (fault.kind) {
    case 'rate_limited':
      return tooMany(fault.retryAfterSeconds * 1000)
    case 'broken':
      return refusal(500, 'M_UNKNOWN', 'Internal server error')
    case 'rubbish':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>{"nonce":' }
    default:
      return undefined
  }
}

function handle(server: Homeserver, operation: string, request: ReceivedRequest): Answer {
  switch (operation) {
    case 'GET /_matrix/client/versions':
      return jsonAnswer(200, { versions: ['v1.1', 'v1.11'] })
    case 'GET /_synapse/admin/v1/register':
      return newNonce(server)
    case 'POST /_synapse/admin/v1/register':
      return register(server, parse(request.body))
    case 'POST /_matrix/client/v3/login':
      return signIn(server, parse(request.body))
    case 'POST /_matrix/client/v3/logout':
      return signOut(server, request)
    default:
      return refusal(404, 'M_UNRECOGNIZED', 'Unrecognized request')
  }
}

const nonceMilliseconds = 60_000

function newNonce({ nonces }: Homeserver): Answer {
  const nonce = randomBytes(64).toString('hex')
  nonces.add(nonce)
  setTimeout(() => nonces.delete(nonce), nonceMilliseconds).unref()
  return jsonAnswer(200, { nonce })
}

const wish = z.object({
  nonce: z.string(),
  username: z.string().max(512).refine(hasNoNull),
  password: z.string().max(512).refine(hasNoNull),
  displayname: z.string().optional(),
  admin: z.boolean().optional(),
  inhibit_login: z.boolean().optional(),
  mac: z.string(),
})

function hasNoNull(text: string): boolean {
  return !text.includes('\0')
}

function register(server: Homeserver, body: unknown): Answer {
  const read = wish.safeParse(body)
  if (!read.success) return refusal(400, 'M_BAD_JSON', 'A field is missing or wrong')
  const { nonce, username, password, admin = false, displayname, mac } = read.data
  // Spent by its first use, good or not.
  if (!server.nonces.delete(nonce)) return refusal(400, 'M_UNKNOWN', 'unrecognised nonce')
  const expected = createHmac('sha1', server.secret)
    .update([nonce, username, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex')
  if (!isSame(expected, mac)) return refusal(403, 'M_UNKNOWN', 'HMAC incorrect')
  const localpart = username.toLowerCase()
  const problem = findNameProblem(localpart)
  if (problem) return refusal(400, 'M_INVALID_USERNAME', problem)
  const account = { localpart, password, isAdmin: admin, displayName: displayname ?? localpart }
  if (!server.accounts.add(account)) {
    return refusal(400, 'M_USER_IN_USE', 'User ID already taken.')
  }
  const userId = `@${localpart}:${serverName}`
  return jsonAnswer(200, {
    user_id: userId,
    home_server: serverName,
    ...(read.data.inhibit_login ? {} : toSession(server.accounts.signIn(localpart, undefined))),
  })
}

function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function findNameProblem(localpart: string): string | undefined {
  if (!/^[a-z0-9._=/+-]*$/.test(localpart))
    return "User ID can only contain characters a-z, 0-9, or '=_-./+'"
  if (localpart === '') return 'User ID cannot be empty'
  if (localpart.startsWith('_')) return 'User ID may not begin with _'
  if (`@${localpart}:${serverName}`.length > 255)
    return 'User ID may not be longer than 255 characters'
  return /^\d+$/.test(localpart) ? 'Numeric user IDs are reserved for guest users.' : undefined
}

const login = z.object({
  type: z.literal('m.login.password'),
  identifier: z.object({ type: z.literal('m.id.user'), user: z.string() }),
  password: z.string(),
  device_id: z.string().optional(),
})

function signIn({ accounts }: Homeserver, body: unknown): Answer {
  const read = login.safeParse(body)
  if (!read.success) return refusal(400, 'M_UNKNOWN', 'Unknown login type')
  const { identifier, password, device_id } = read.data
  const localpart = identifier.user.replace(/^@/, '').replace(/:.*$/, '').toLowerCase()
  const waitMilliseconds = accounts.waitBeforeSignIn(localpart)
  if (waitMilliseconds > 0) return tooMany(waitMilliseconds)
  if (!accounts.isPassword(localpart, password)) {
    return refusal(403, 'M_FORBIDDEN', 'Invalid username or password')
  }
  const session = accounts.signIn(localpart, device_id)
  return jsonAnswer(200, { user_id: `@${localpart}:${serverName}`, ...toSession(session) })
}

function toSession({ token, device }: { token: string; device: string }) {
  return { access_token: token, device_id: device, home_server: serverName }
}

function signOut({ accounts }: Homeserver, { rawHeaders }: ReceivedRequest): Answer {
  const at = rawHeaders.findIndex((text) => text.toLowerCase() === 'authorization')
  const token = (rawHeaders[at + 1] ?? '').replace(/^Bearer /, '')
  if (at < 0) return refusal(401, 'M_MISSING_TOKEN', 'Missing access token')
  return accounts.signOut(token)
    ? jsonAnswer(200, {})
    : refusal(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.')
}

function tooMany(milliseconds: number): Answer {
  const body = {
    errcode: 'M_LIMIT_EXCEEDED',
    error: 'Too Many Requests',
    retry_after_ms: Math.ceil(milliseconds),
  }
  return jsonAnswer(429, body, { 'retry-after': String(Math.ceil(milliseconds / 1000)) })
}

function refusal(status: number, errcode: string, error: string): Answer {
  return jsonAnswer(status, { errcode, error })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
