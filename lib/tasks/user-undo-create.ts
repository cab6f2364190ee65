import * as z from 'zod'
import { hostTask } from '../queue/task.ts'

/**
 * Removes what is left of an account that was given up in the middle of its creation, so that the name
 * may be free again (security.md 3.4). A complete account is somebody's and is never touched.
 */
export const userUndoCreate = hostTask({
  action: 'user_undo_create',
  input: () =>
    z.object({
      username: z.string(),
      task: z.string(),
      step: z.number(),
      fence: z.number(),
    }),
  secrets: [],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  // The command of the creation may still be at work when staff give it up.
  awaits: ({ task, step, fence }) => ({ task, step, fence: fence + 1 }),
  startsFrom: 'partial',
  refuse: ({ state }) =>
    state === 'complete' || state === 'unsynced'
      ? 'The account on the host is complete: somebody may be using it.'
      : undefined,
  plan: ({ state, home, mailbox }, { username }) => {
    const isGone = state === 'absent' && !home && !mailbox
    return isGone ? [] : [{ verb: 'user_delete', args: { username, purge: true } }]
  },
  ending: async ({ input: { username }, ending, records }) => {
    // By now the account may be somebody's who has nothing to do with that creation.
    if ((await records.accounts.find(username))?.state !== 'failed') return []
    const isFree = ending.status === 'finished'
    await records.accounts.update(username, isFree ? { releaseName: true } : { usedOnHost: true })
    return []
  },
})
