/** A stub of Matrix Authentication Service, made from its published OpenAPI document and its sign-in for old clients. */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import {
  type Answer,
  jsonAnswer,
  type ReceivedRequest,
  startServer,
} from '../../infra/local/http-server.ts'
import { type MatrixAccounts, newAccounts } from '../../infra/local/matrix-accounts.ts'
import { localServerName, type MatrixAccess } from '../../infra/local/matrix-stub.ts'

/** A running stub. */
export interface MasStub extends MatrixAccess {
  readonly accounts: MatrixAccounts
  /** Changes what the admin API says of an account. */
  change(localpart: string, change: Partial<MasUser>): void
  /** The password of an account; undefined where it has none yet. */
  passwordOf(localpart: string): string | undefined
  /** Whether people may sign in by password at all. */
  setPasswords(areOn: boolean): void
  stop(): Promise<void>
}

interface MasUser {
  readonly displayName: string
  readonly createdAt: Date
  readonly lockedAt: Date | null
  readonly deactivatedAt: Date | null
  /** Sessions in browsers. */
  readonly browserSessions: number
}

interface Mas {
  readonly client: { readonly id: string; readonly secret: string }
  readonly tokens: Set<string>
  readonly users: Map<string, MasUser & { readonly id: string }>
  readonly accounts: MatrixAccounts
  arePasswordsOn: boolean
}

/** Starts the stub on 127.0.0.1. */
export async function startMasStub(): Promise<MasStub> {
  const client = { id: '01J44QC8BCY7FCFM7WGHQGKMTJ', secret: `a:+%/ ${randomText()}` }
  const mas: Mas = {
    client,
    tokens: new Set(),
    users: new Map(),
    accounts: newAccounts(),
    arePasswordsOn: true,
  }
  const server = await startServer({ answer: async (request) => answer(mas, request) })
  return {
    url: server.origin,
    serverName: localServerName,
    secret: JSON.stringify({ client_id: client.id, client_secret: client.secret }),
    accounts: mas.accounts,
    change: (localpart, change) => {
      const user = mas.users.get(localpart)
      if (user) mas.users.set(localpart, { ...user, ...change })
    },
    passwordOf: (localpart) => mas.accounts.find(localpart)?.password,
    setPasswords: (areOn) => {
      mas.arePasswordsOn = areOn
    },
    stop: server.stop,
  }
}

function randomText(): string {
  return randomBytes(24).toString('base64url')
}

function answer(mas: Mas, request: ReceivedRequest): Answer {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1')
  const bearer = headerOf(request, 'authorization').replace(/^Bearer /, '')
  switch (`${request.method} ${pathname}`) {
    case 'POST /oauth2/token':
      return giveToken(mas, request)
    case 'POST /_matrix/client/v3/login':
      return signIn(mas, parse(request.body))
    case 'POST /_matrix/client/v3/logout':
      return mas.accounts.signOut(bearer) ? jsonAnswer(200, {}) : refusal(401, 'M_UNKNOWN_TOKEN')
  }
  if (!pathname.startsWith('/api/admin/v1/')) return { status: 404, headers: {}, body: '' }
  if (!mas.tokens.has(bearer)) return errors(401, 'Unknown access token')
  return answerAdmin(mas, { request, path: pathname.slice('/api/admin/v1'.length), searchParams })
}

interface AdminRequest {
  readonly request: ReceivedRequest
  readonly path: string
  readonly searchParams: URLSearchParams
}

function answerAdmin(mas: Mas, { request, path, searchParams }: AdminRequest): Answer {
  if (request.method === 'POST' && path === '/users') return addUser(mas, parse(request.body))
  const [, username] = /^\/users\/by-username\/([^/]+)$/.exec(path) ?? []
  if (username !== undefined) return findUser(mas, decodeURIComponent(username))
  const [, id] = /^\/users\/([0-9A-Z]{26})\/set-password$/.exec(path) ?? []
  if (id !== undefined) return setPassword(mas, id, parse(request.body))
  const [, kind] = /^\/(user|compat)-sessions$/.exec(path) ?? []
  if (kind === undefined) return { status: 404, headers: {}, body: '' }
  const [found] = [...mas.users].filter(([, user]) => user.id === searchParams.get('filter[user]'))
  if (found === undefined) return errors(404, 'User not found')
  const [name, { browserSessions }] = found
  const count = kind === 'user' ? browserSessions : mas.accounts.sessions(name)
  const data = Array.from({ length: Math.min(count, Number(searchParams.get('page[first]'))) })
  return jsonAnswer(200, { meta: { count }, data: data.map(() => ({ type: `${kind}-session` })) })
}

function giveToken(mas: Mas, request: ReceivedRequest): Answer {
  const basic = headerOf(request, 'authorization').replace(/^Basic /, '')
  const halves = Buffer.from(basic, 'base64').toString().split(':')
  const [id, secret] = halves.map((half) => new URLSearchParams(`v=${half}`).get('v'))
  const form = new URLSearchParams(request.body.toString())
  if (id !== mas.client.id || secret !== mas.client.secret) {
    return jsonAnswer(401, { error: 'invalid_client' })
  }
  const isForm = headerOf(request, 'content-type').startsWith('application/x-www-form-urlencoded')
  if (!isForm || form.get('grant_type') !== 'client_credentials') {
    return jsonAnswer(400, { error: 'invalid_request' })
  }
  if (form.get('scope') !== 'urn:mas:admin') return jsonAnswer(403, { error: 'access_denied' })
  const token = `mat_${randomText()}`
  mas.tokens.add(token)
  return jsonAnswer(200, {
    ...{ access_token: token, token_type: 'Bearer', expires_in: 300, scope: 'urn:mas:admin' },
  })
}

const wish = z.object({ username: z.string(), displayname: z.string().optional() })

function addUser(mas: Mas, body: unknown): Answer {
  const read = wish.safeParse(body)
  if (!read.success) return { status: 422, headers: {}, body: 'Not a user' }
  const { username, displayname } = read.data
  if (mas.users.has(username)) return errors(409, 'User already exists')
  const isValid = /^[a-z0-9=.\-/+][a-z0-9=_.\-/+]{0,254}$/.test(username)
  if (!isValid) return errors(400, 'Username is not valid')
  if (/^\d+$/.test(username)) return errors(409, 'Username is reserved by the homeserver')
  mas.users.set(username, {
    ...{ id: newUlid(), displayName: displayname ?? username },
    ...{ createdAt: new Date(), lockedAt: null, deactivatedAt: null, browserSessions: 0 },
  })
  return jsonAnswer(201, toSingle(mas, username))
}

// 26 signs of Crockford's base 32, the first of which is at most 7.
function newUlid(): string {
  const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  return `01${[...randomBytes(24)].map((byte) => signs[byte % 32]).join('')}`
}

function toSingle(mas: Mas, username: string) {
  const user = mas.users.get(username)
  return {
    data: {
      type: 'user',
      id: user?.id,
      attributes: {
        username,
        created_at: user?.createdAt.toISOString(),
        locked_at: user?.lockedAt?.toISOString() ?? null,
        deactivated_at: user?.deactivatedAt?.toISOString() ?? null,
        admin: false,
        legacy_guest: false,
      },
    },
  }
}

function findUser(mas: Mas, username: string): Answer {
  return mas.users.has(username)
    ? jsonAnswer(200, toSingle(mas, username))
    : errors(404, 'User not found')
}

const newPassword = z.object({ password: z.string(), skip_password_check: z.boolean().optional() })

function setPassword(mas: Mas, id: string, body: unknown): Answer {
  if (!mas.arePasswordsOn) return errors(403, 'Password auth is disabled')
  const read = newPassword.safeParse(body)
  const [found] = [...mas.users].filter(([, user]) => user.id === id)
  if (!read.success) return { status: 422, headers: {}, body: 'Not a password' }
  if (found === undefined) return errors(404, 'User not found')
  const { password, skip_password_check } = read.data
  if (!skip_password_check && password.length < 12) return errors(400, 'Password is too weak')
  const [localpart, { displayName }] = found
  mas.accounts.put({ localpart, password, displayName, isAdmin: false })
  return { status: 204, headers: {}, body: '' }
}

const login = z.object({
  type: z.literal('m.login.password'),
  identifier: z.object({ type: z.literal('m.id.user'), user: z.string() }),
  password: z.string(),
  device_id: z.string().optional(),
})

function signIn(mas: Mas, body: unknown): Answer {
  const read = login.safeParse(body)
  if (!read.success) return refusal(400, 'M_BAD_JSON')
  const { identifier, password, device_id } = read.data
  const localpart = identifier.user
  // Without a time to wait, as the service itself.
  if (mas.accounts.waitBeforeSignIn(localpart) > 0) return refusal(429, 'M_LIMIT_EXCEEDED')
  if (mas.users.get(localpart)?.lockedAt) return refusal(401, 'M_USER_LOCKED')
  if (!mas.accounts.isPassword(localpart, password)) return refusal(403, 'M_FORBIDDEN')
  const { token, device } = mas.accounts.signIn(localpart, device_id)
  const userId = `@${localpart}:${localServerName}`
  return jsonAnswer(200, { access_token: token, device_id: device, user_id: userId })
}

function errors(status: number, title: string): Answer {
  return jsonAnswer(status, { errors: [{ title }] })
}

function refusal(status: number, errcode: string): Answer {
  return jsonAnswer(status, { errcode, error: 'Refused' })
}

function headerOf({ rawHeaders }: ReceivedRequest, name: string): string {
  const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? '' : (rawHeaders[at + 1] ?? '')
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
