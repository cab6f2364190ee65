import * as z from 'zod'
import { hostTask } from '../queue/task.ts'

/** Removes the account from the host; with `purge` also its home and mailbox (design.md 14). */
export const userDelete = hostTask({
  action: 'user_delete',
  input: () => z.object({ username: z.string(), purge: z.boolean() }),
  secrets: [],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'complete',
  refuse: () => undefined,
  plan: (seen, { username, purge }) => {
    const isGone = seen.state === 'absent' && !(purge && (seen.home || seen.mailbox))
    return isGone ? [] : [{ verb: 'user_delete', args: { username, purge } }]
  },
})
