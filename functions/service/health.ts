import * as z from 'zod'
import { endpoint } from '../../lib/http/endpoint.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/health',
  summary: 'Tell that requests are answered',
  auth: 'anyone',
  status: 200,
  output: () => z.strictObject({ status: z.literal('ok') }),
  failures: [],
  dialect: 'community',
  uses: {},
  handler: () => ({ status: 'ok' as const }),
})
