import * as z from 'zod'
import { once, type ReadBy } from '../../late.ts'
import { toMatrixId } from '../../matrix/localpart.ts'
import type { MatrixAccount } from '../../ports.ts'
import type { MatrixAnswer, MatrixServer } from './ask.ts'
import { askMatrix, errorCode, unavailable, unexpected } from './ask.ts'

const login = {
  purpose: 'the sign-in',
  method: 'POST',
  path: '/_matrix/client/v3/login',
  isRepeatable: true,
} as const
const logout = {
  purpose: 'the sign-out',
  method: 'POST',
  path: '/_matrix/client/v3/logout',
} as const

/**
 * Whether a password opens an account (client-server API 1.18, "Login"). Where the sign-out is not confirmed this is
 * `Failure('unavailable')` too: the next sign-in is of the same device, whose sign-out ends every session of it, and until
 * then the token grows old by itself.
 */
export async function opensAtMatrix(
  server: MatrixServer,
  { localpart, password }: Pick<MatrixAccount, 'localpart' | 'password'>,
): Promise<boolean> {
  const answer = await askMatrix(server, {
    ...login,
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: localpart },
      password,
      device_id: 'GATEHOUSE',
      initial_device_display_name: 'Gatehouse',
      refresh_token: true,
    },
  })
  if (isNo(answer)) return false
  const session = readSession(answer)
  await signOut(server, session.access_token).catch(() => signOut(server, session.access_token))
  if (session.user_id === toMatrixId(localpart, server.name)) return true
  throw unavailable('Matrix signed in on another server than MATRIX_SERVER_NAME')
}

const refusals = ['M_FORBIDDEN', 'M_USER_DEACTIVATED', 'M_USER_LOCKED']

function isNo({ status, body }: MatrixAnswer): boolean {
  return (status === 403 || status === 401) && refusals.includes(errorCode(body) ?? '')
}

const opened = once(() =>
  z.object({
    access_token: z.string().regex(/^[\x21-\x7e]{1,2048}$/),
    user_id: z.string(),
  }),
)

function readSession(answer: MatrixAnswer): ReadBy<typeof opened> {
  const read = opened().safeParse(answer.body)
  if (answer.status === 200 && read.success) return read.data
  throw unexpected(login, answer)
}

async function signOut(server: MatrixServer, token: string): Promise<void> {
  const answer = await askMatrix(server, { ...logout, authorization: `Bearer ${token}`, body: {} })
  // An earlier sign-out whose answer was lost.
  const isOutAlready = answer.status === 401 && errorCode(answer.body) === 'M_UNKNOWN_TOKEN'
  if (answer.status !== 200 && !isOutAlready) throw unexpected(logout, answer)
}
