import * as z from 'zod'
import { issueLink } from '../passwords/issue-link.ts'
import { newTask } from '../queue/new-task.ts'
import { hostTask } from '../queue/task.ts'
import { isNamed, type UserSeen } from '../yunohost/gate.ts'
import { sendMail } from './send-mail.ts'
import { tellStaff } from './tell-staff.ts'
import { userUndoCreate } from './user-undo-create.ts'

/**
 * Creates the account on the host. The gate draws a password that nobody learns, unless a sealed one
 * comes along; the owner sets the first one by the link that is mailed once the account is really there.
 */
export const userCreate = hostTask({
  action: 'user_create',
  input: () => z.object({ username: z.string(), display_name: z.string(), domain: z.string() }),
  secrets: ['password'],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'absent',
  // Found before our first change, so it is somebody else's: never touched (security.md 3.4).
  refuse: (seen) => {
    if (seen.state !== 'absent') return 'The host already has an account with this username.'
    // Of an earlier holder of the name, or of the system: the next holder would get it, or a cure would purge it.
    return seen.home || seen.mailbox ? 'The host still has a folder with this name.' : undefined
  },
  plan: (seen, input) => {
    const create = { verb: 'user_create', args: { ...input }, secrets: ['password'] } as const
    const remove = { verb: 'user_delete', args: { username: input.username, purge: true } } as const
    switch (seen.state) {
      case 'absent':
        return [create]
      case 'partial':
        return [remove, create]
      case 'unsynced':
        return [{ verb: 'user_permissions_sync', args: {} }]
      case 'complete':
        // With another name or address it is not the account that was asked for; the host says so.
        return isAsAskedFor(seen, input) ? [] : [create]
      /* v8 ignore next -- @preserve: the compiler shows that every state has its case */
      default:
        return seen.state satisfies never
    }
  },
  ending: async ({ task, input, ending, records, uses }) => {
    const { username } = input
    if (ending.status === 'failed') {
      const change = { state: 'failed', failureText: ending.reason } as const
      await records.accounts.update(username, { ...change, ...nameAfter[ending.left] })
      const { reason } = ending
      const told = await newTask(uses, tellStaff, {
        input: { event: 'account_failed', username, reason },
      })
      if (ending.left !== 'parts') return [told]
      const { id, step, fence } = task
      const undo = { username, task: id, step, fence }
      return [await newTask(uses, userUndoCreate, { input: undo }), told]
    }
    await records.accounts.update(username, { state: 'active', usedOnHost: true })
    const told = await newTask(uses, tellStaff, {
      input: { event: 'account_created', username, reason: '' },
    })
    const account = await records.accounts.find(username)
    if (!account?.address) return [told]
    const token = await issueLink(uses, records, { username, purpose: 'set_password' })
    const mail = { template: 'set_password', username } as const
    return [await newTask(uses, sendMail, { input: mail, secrets: { token } }), told]
  },
})

// What is on the host under this name, whoever's it is, keeps the name taken for ever (design.md 13);
// parts of ours are removed first, and the task that does so decides.
const nameAfter = {
  nothing: { releaseName: true },
  something: { usedOnHost: true },
  parts: {},
} as const

function isAsAskedFor(
  seen: UserSeen,
  wish: { readonly username: string; readonly display_name: string; readonly domain: string },
): boolean {
  return isNamed(seen, wish.display_name) && seen.mail === `${wish.username}@${wish.domain}`
}
