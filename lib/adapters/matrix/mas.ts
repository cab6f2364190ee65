/**
 * The admin API of Matrix Authentication Service (its published OpenAPI document, `/api/spec.json`). It makes an account
 * and sets its password in two steps, so that a try which ends between them leaves an account without a password. The
 * next try knows it by its age and by nobody having used it, and ends what was begun.
 */
import * as z from 'zod'
import { once, type ReadBy } from '../../late.ts'
import type { MatrixAccount } from '../../ports.ts'
import type { MatrixAnswer, MatrixRequest, MatrixServer } from './ask.ts'
import { askMatrix, unavailable, unexpected } from './ask.ts'

/** Asks with a token of ours. */
type Ask = (request: Omit<MatrixRequest, 'authorization'>) => Promise<MatrixAnswer>

const users = '/api/admin/v1/users'
const creation = { purpose: 'the registration', method: 'POST', path: users } as const

/** Makes the account and sets its password. Throws as `askMatrix`, also for credentials that are not an admin's. */
export async function registerAtMas(
  server: MatrixServer,
  secret: string,
  account: MatrixAccount,
): Promise<'registered' | 'taken' | 'refused'> {
  const authorization = `Bearer ${await askToken(server, parseCredentials(secret))}`
  const ask: Ask = (request) => askMatrix(server, { ...request, authorization })
  const { localpart: username, displayName: displayname } = account
  const answer = await ask({ ...creation, body: { username, displayname } })
  if (answer.status === 400 && isRefusal(answer)) return 'refused'
  const isNew = answer.status === 201
  if (!isNew && answer.status !== 409) throw unexpected(creation, answer)
  const id = isNew ? readUser(creation, answer).id : await findHalfMade(ask, account)
  return id === undefined ? 'taken' : setPassword(ask, id, account.password)
}

const credentials = once(() =>
  z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) }),
)

/** Client id and secret of the secret's text; throws `Failure('unavailable')` where it is something else. */
export function parseCredentials(text: string): ReadBy<typeof credentials> {
  try {
    return credentials().parse(JSON.parse(text))
  } catch {
    throw unavailable('The secret "matrix-admin" has no client_id and client_secret')
  }
}

const tokenAnswer = once(() =>
  z.object({ access_token: z.string().regex(/^[\x21-\x7e]{1,2048}$/) }),
)

// RFC 6749, 4.4 (client credentials) and 2.3.1 (each half encoded as in a form, then both as Basic).
async function askToken(
  server: MatrixServer,
  { client_id, client_secret }: ReadBy<typeof credentials>,
): Promise<string> {
  const halves = [client_id, client_secret].map((half) => formEncoded(half)).join(':')
  const request = {
    purpose: 'the question for a token',
    method: 'POST',
    isRepeatable: true,
  } as const
  const answer = await askMatrix(server, {
    ...request,
    path: '/oauth2/token',
    authorization: `Basic ${Buffer.from(halves).toString('base64')}`,
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'urn:mas:admin' }),
  })
  const read = tokenAnswer().safeParse(answer.body)
  if (answer.status === 200 && read.success) return read.data.access_token
  if ([400, 401, 403].includes(answer.status)) {
    throw unavailable('Matrix does not accept the secret "matrix-admin"')
  }
  throw unexpected(request, answer)
}

function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length)
}

const refusal = once(() => z.object({ errors: z.array(z.object({ title: z.string() })).min(1) }))

function isRefusal({ body }: MatrixAnswer): boolean {
  return refusal().safeParse(body).success
}

const user = once(() =>
  z.object({
    data: z.object({
      id: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      attributes: z.object({
        created_at: z.iso.datetime({ offset: true }),
        admin: z.boolean(),
        locked_at: z.string().nullish(),
        deactivated_at: z.string().nullish(),
      }),
    }),
  }),
)

function readUser(request: Pick<MatrixRequest, 'purpose'>, answer: MatrixAnswer) {
  const read = user().safeParse(answer.body)
  if (read.success) return read.data.data
  throw unexpected(request, answer)
}

/** The account of this name if an earlier try of ours made it, and perhaps gave it no password. */
async function findHalfMade(
  ask: Ask,
  { localpart, wishedAt }: MatrixAccount,
): Promise<string | undefined> {
  if (wishedAt === undefined) return undefined
  const path = `${users}/by-username/${encodeURIComponent(localpart)}`
  const lookUp = { purpose: 'the question for an account', method: 'GET', path } as const
  const answer = await ask(lookUp)
  // The name is one of the server's own.
  if (answer.status === 404) return undefined
  if (answer.status !== 200) throw unexpected(lookUp, answer)
  const { id, attributes } = readUser(lookUp, answer)
  const { admin, locked_at, deactivated_at, created_at } = attributes
  const isOld = new Date(created_at) < wishedAt
  if (isOld || admin || locked_at || deactivated_at) return undefined
  return (await isUsed(ask, id)) ? undefined : id
}

const list = once(() => z.object({ data: z.array(z.unknown()) }))

/** Whether anybody ever signed in to it, in a browser or in a client. */
async function isUsed(ask: Ask, id: string): Promise<boolean> {
  for (const sessions of ['user-sessions', 'compat-sessions']) {
    const query = new URLSearchParams({ 'filter[user]': id, 'page[first]': '1' })
    const path = `/api/admin/v1/${sessions}?${query}`
    const request = { purpose: 'the question for sessions', method: 'GET', path } as const
    const answer = await ask(request)
    const read = list().safeParse(answer.body)
    if (answer.status !== 200 || !read.success) throw unexpected(request, answer)
    if (read.data.data.length > 0) return true
  }
  return false
}

// The password is one that we made: what the service asks of people's own has no say in it.
async function setPassword(ask: Ask, id: string, password: string) {
  const path = `${users}/${id}/set-password`
  const request = { purpose: 'the new password', method: 'POST', path } as const
  const answer = await ask({ ...request, body: { password, skip_password_check: true } })
  if (answer.status === 204) return 'registered'
  if (answer.status === 400 && isRefusal(answer)) return 'refused'
  if (answer.status === 403) throw unavailable('Matrix does not let people sign in by password')
  throw unexpected(request, answer)
}
