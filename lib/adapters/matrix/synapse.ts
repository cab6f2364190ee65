/**
 * Synapse's registration by shared secret (its documentation, admin_api/register_api): a nonce that is good once and
 * for a minute, and a MAC over what is asked for. The MAC is of the words for no admin, so that nobody on the way can
 * make one of it.
 */
import { createHmac } from 'node:crypto'
import * as z from 'zod'
import { once } from '../../late.ts'
import { toMatrixId } from '../../matrix/localpart.ts'
import type { MatrixAccount } from '../../ports.ts'
import type { MatrixAnswer, MatrixServer } from './ask.ts'
import { askMatrix, errorCode, unavailable, unexpected } from './ask.ts'

const path = '/_synapse/admin/v1/register'
const registration = { purpose: 'the registration', method: 'POST', path } as const

/** Makes the account, signed in nowhere. Throws as `askMatrix`, also for a secret that Synapse does not know. */
export async function registerAtSynapse(
  server: MatrixServer,
  secret: string,
  { localpart, password, displayName }: MatrixAccount,
): Promise<'registered' | 'taken' | 'refused'> {
  const nonce = await askNonce(server)
  const mac = createHmac('sha1', secret)
    .update([nonce, localpart, password, 'notadmin'].join('\0'))
    .digest('hex')
  const answer = await askMatrix(server, {
    ...registration,
    body: {
      ...{ nonce, mac, password, username: localpart, displayname: displayName },
      admin: false,
      inhibit_login: true,
    },
  })
  return outcomeOf(answer, toMatrixId(localpart, server.name))
}

// Without NUL, which parts what the MAC is over: whoever answers must not choose more of it than the nonce.
const nonceAnswer = once(() => z.object({ nonce: z.string().regex(/^[\x21-\x7e]{1,1024}$/) }))

async function askNonce(server: MatrixServer): Promise<string> {
  const purpose = 'the question for a nonce'
  const request = { purpose, method: 'GET', path, isRepeatable: true } as const
  const answer = await askMatrix(server, request)
  const read = nonceAnswer().safeParse(answer.body)
  if (answer.status === 200 && read.success) return read.data.nonce
  throw unexpected(request, answer)
}

const outcomes: Readonly<Record<string, 'taken' | 'refused'>> = {
  M_USER_IN_USE: 'taken',
  M_INVALID_USERNAME: 'refused',
  // The name belongs to a bridge or bot.
  M_EXCLUSIVE: 'refused',
}

function outcomeOf(answer: MatrixAnswer, userId: string): 'registered' | 'taken' | 'refused' {
  const { status, body } = answer
  if (status === 200) return confirm(body, userId)
  const outcome = status === 400 ? outcomes[errorCode(body) ?? ''] : undefined
  if (outcome) return outcome
  if (status === 403) throw unavailable('Matrix does not accept the secret "matrix-admin"')
  throw unexpected(registration, answer)
}

const made = once(() => z.object({ user_id: z.string() }))

function confirm(body: unknown, userId: string): 'registered' {
  const read = made().safeParse(body)
  if (!read.success) throw unavailable('Matrix answered the registration in an unknown form')
  if (read.data.user_id === userId) return 'registered'
  throw unavailable('Matrix registered on another server than MATRIX_SERVER_NAME')
}
