import * as z from 'zod'
import type { ReadBy } from '../../late.ts'
import { matrixLocalpart, matrixServerName } from '../../matrix/localpart.ts'
import type { Matrix } from '../../ports.ts'
import { adapter } from '../adapter.ts'
import { seconds } from '../seconds.ts'
import type { MatrixServer } from './ask.ts'
import { unavailable } from './ask.ts'
import { registerAtMas } from './mas.ts'
import { opensAtMatrix } from './sign-in.ts'
import { registerAtSynapse } from './synapse.ts'

// Secrets go there, so it is https; plain http only on the machine itself.
const matrixUrl = () =>
  z
    .string()
    .regex(
      /^(?:https:\/\/[a-z0-9.-]{1,253}|http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]))(?::\d{1,5})?(?:\/[\w.-]{1,100}){0,5}\/?$/,
    )
    .refine((value) => URL.canParse(value))
    .transform((value) => value.replace(/\/$/, ''))

const matrixSettings = () =>
  z.object({
    MATRIX_DRIVER: z.enum(['synapse', 'mas']).default('synapse'),
    // A community without Matrix has neither, and nothing asks for them.
    MATRIX_URL: matrixUrl().optional(),
    MATRIX_SERVER_NAME: matrixServerName().optional(),
    MATRIX_SECONDS: seconds(10, 15),
  })

type MatrixSettings = ReadBy<typeof matrixSettings>

const drivers = { synapse: registerAtSynapse, mas: registerAtMas } as const

/** The community's Matrix server: Synapse itself, or Matrix Authentication Service where that stands before it. */
export const matrix = adapter<Matrix, MatrixSettings>({
  settings: matrixSettings,
  secrets: ['matrix-admin'],
  grants: [],
  open: ({ settings, secret }) => ({
    async register(account) {
      const server = serverOf(settings)
      // Synapse would lower the case of a name, and so register another one.
      if (!matrixLocalpart(server.name).safeParse(account.localpart).success) return 'refused'
      const register = drivers[settings.MATRIX_DRIVER]
      return register(server, await readSecret(secret), account)
    },
    opens: async (account) => opensAtMatrix(serverOf(settings), account),
  }),
})

async function readSecret(secret: (name: string) => Promise<string>): Promise<string> {
  try {
    return await secret('matrix-admin')
  } catch {
    throw unavailable('The secret "matrix-admin" cannot be read')
  }
}

function serverOf(settings: MatrixSettings): MatrixServer {
  const { MATRIX_URL: url, MATRIX_SERVER_NAME: name, MATRIX_SECONDS } = settings
  if (url && name) return { url, name, seconds: MATRIX_SECONDS }
  throw unavailable('MATRIX_URL and MATRIX_SERVER_NAME are not set')
}
