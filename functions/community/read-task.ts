import * as z from 'zod'
import { ringSigner } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { endpoint } from '../../lib/http/endpoint.ts'
import { taskStatuses } from '../../lib/queue/queue.ts'
import { readTask } from '../../lib/queue/read-task.ts'

export const handler = endpoint({
  method: 'GET',
  path: '/tasks/{id}',
  summary: 'See how far a task is',
  description:
    'For whoever asked, the owner of the account, staff, and the holder of the `task_token` as bearer.',
  auth: 'bearer',
  params: () => z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{22}$/) }),
  status: 200,
  output: () =>
    z.strictObject({
      id: z.string(),
      action: z.string(),
      status: z.enum(taskStatuses),
      position: z.int().nullable(),
      expected_seconds: z.int().nullable(),
      created: z.iso.datetime(),
      finished: z.iso.datetime().nullable(),
      error: z.string().nullable(),
    }),
  failures: ['unknown_task'],
  dialect: 'community',
  limits: ['read_task'],
  uses: { clock: systemClock, database: mongoDatabase, signer: ringSigner },
  handler: async ({ params, bearer, uses }) => {
    const { created, finished, expectedSeconds, ...task } = await readTask(uses, params.id, bearer)
    return {
      ...task,
      expected_seconds: expectedSeconds,
      created: created.toISOString(),
      finished: finished?.toISOString() ?? null,
    }
  },
})
