import * as z from 'zod'
import { hostTask } from '../queue/task.ts'
import { isNamed } from '../yunohost/gate.ts'

/** Changes the display name on the host; the gate passes on the login shell it found (design.md 15). */
export const userUpdate = hostTask({
  action: 'user_update',
  input: () => z.object({ username: z.string(), display_name: z.string() }),
  secrets: [],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'complete',
  refuse: (seen) =>
    seen.state === 'absent' ? 'The host has no account with this username.' : undefined,
  plan: (seen, input) =>
    isNamed(seen, input.display_name) ? [] : [{ verb: 'user_update', args: { ...input } }],
})
