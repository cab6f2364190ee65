import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { type Answer, jsonAnswer, type ReceivedRequest } from './http-server.ts'
import type { MatrixAccounts } from './matrix-accounts.ts'

/** A Matrix server of the stub, as far as its answers depend on it. */
export interface Homeserver {
  readonly serverName: string
  readonly secret: string
  readonly accounts: MatrixAccounts
  readonly nonces: Set<string>
}

/** What Synapse would answer to an operation, such as `POST /_matrix/client/v3/login`. */
export function answerAsSynapse(
  server: Homeserver,
  operation: string,
  request: ReceivedRequest,
): Answer {
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
      return matrixRefusal(404, 'M_UNRECOGNIZED', 'No such address')
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
  if (!read.success) return matrixRefusal(400, 'M_BAD_JSON', 'A field is missing or wrong')
  const { nonce, username, password, admin = false, displayname, mac } = read.data
  // Spent by its first use, good or not.
  if (!server.nonces.delete(nonce))
    return matrixRefusal(400, 'M_UNKNOWN', 'Not a nonce that was given out')
  const expected = createHmac('sha1', server.secret)
    .update([nonce, username, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex')
  if (!isSame(expected, mac)) return matrixRefusal(403, 'M_UNKNOWN', 'Wrong MAC')
  const localpart = username.toLowerCase()
  const userId = `@${localpart}:${server.serverName}`
  const problem = findNameProblem(localpart, userId)
  if (problem) return matrixRefusal(400, 'M_INVALID_USERNAME', problem)
  const account = { localpart, password, isAdmin: admin, displayName: displayname ?? localpart }
  if (!server.accounts.add(account)) {
    return matrixRefusal(400, 'M_USER_IN_USE', 'The name is taken')
  }
  return jsonAnswer(200, {
    user_id: userId,
    home_server: server.serverName,
    ...(read.data.inhibit_login ? {} : toSession(server.accounts.signIn(localpart, undefined))),
  })
}

function isSame(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function findNameProblem(localpart: string, userId: string): string | undefined {
  if (!/^[a-z0-9._=/+-]+$/.test(localpart)) return 'Empty, or a sign that no name may have'
  if (localpart.startsWith('_')) return 'An underscore at the beginning'
  if (userId.length > 255) return 'Too long'
  return /^\d+$/.test(localpart) ? 'Only digits, as guests have' : undefined
}

const login = z.object({
  type: z.literal('m.login.password'),
  identifier: z.object({ type: z.literal('m.id.user'), user: z.string() }),
  password: z.string(),
  device_id: z.string().optional(),
})

function signIn({ accounts, serverName }: Homeserver, body: unknown): Answer {
  const read = login.safeParse(body)
  if (!read.success) return matrixRefusal(400, 'M_UNKNOWN', 'Not a sign-in by password')
  const { identifier, password, device_id } = read.data
  const localpart = identifier.user.replace(/^@/, '').replace(/:.*$/, '').toLowerCase()
  const waitMilliseconds = accounts.waitBeforeSignIn(localpart)
  if (waitMilliseconds > 0) return tooMany(waitMilliseconds)
  if (!accounts.isPassword(localpart, password)) {
    return matrixRefusal(403, 'M_FORBIDDEN', 'Wrong name or password')
  }
  const session = accounts.signIn(localpart, device_id)
  return jsonAnswer(200, { user_id: `@${localpart}:${serverName}`, ...toSession(session) })
}

function toSession({ token, device }: { token: string; device: string }) {
  return { access_token: token, device_id: device }
}

function signOut({ accounts }: Homeserver, { rawHeaders }: ReceivedRequest): Answer {
  const at = rawHeaders.findIndex((text) => text.toLowerCase() === 'authorization')
  const token = (rawHeaders[at + 1] ?? '').replace(/^Bearer /, '')
  if (at < 0) return matrixRefusal(401, 'M_MISSING_TOKEN', 'No token')
  return accounts.signOut(token)
    ? jsonAnswer(200, {})
    : matrixRefusal(401, 'M_UNKNOWN_TOKEN', 'No such token')
}

/** The refusal of somebody who asks too often. */
export function tooMany(milliseconds: number): Answer {
  const body = {
    errcode: 'M_LIMIT_EXCEEDED',
    error: 'Too often',
    retry_after_ms: Math.ceil(milliseconds),
  }
  return jsonAnswer(429, body, { 'retry-after': String(Math.ceil(milliseconds / 1000)) })
}

/** A refusal as every Matrix server writes it. */
export function matrixRefusal(status: number, errcode: string, error: string): Answer {
  return jsonAnswer(status, { errcode, error })
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
