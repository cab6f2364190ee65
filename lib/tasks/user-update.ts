import * as z from 'zod'
import { hostTask } from '../queue/task.ts'

/** Changes the display name on the host; the gate passes on the login shell it found (design.md 15). */
export const userUpdate = hostTask({
  action: 'user_update',
  input: z.object({ username: z.string(), display_name: z.string() }),
  secrets: [],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'complete',
  refuse: (seen) =>
    seen.state === 'absent' ? 'The host has no account with this username.' : undefined,
  plan: (seen, input) =>
    joined(seen.full_name ?? '') === joined(input.display_name)
      ? []
      : [{ verb: 'user_update', args: { ...input } }],
})

// An update stores one space where the name has several (yunohost.md 7.3).
function joined(name: string): string {
  return name.split(/\s+/).filter(Boolean).join(' ')
}
