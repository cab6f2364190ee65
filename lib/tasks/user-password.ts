import * as z from 'zod'
import { issueLink } from '../passwords/issue-link.ts'
import { newTask } from '../queue/new-task.ts'
import { hostTask } from '../queue/task.ts'
import { sendMail } from './send-mail.ts'
import { tellStaff } from './tell-staff.ts'

/** Gives the host its copy of a password that its owner just set. Setting the same one twice is harmless. */
export const userPassword = hostTask({
  action: 'user_password',
  input: () => z.object({ username: z.string() }),
  secrets: ['password'],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'complete',
  refuse: (seen) =>
    seen.state === 'absent' ? 'The host has no account with this username.' : undefined,
  plan: (seen, { username }) =>
    seen.password_works === true
      ? []
      : [{ verb: 'user_password', args: { username }, secrets: ['password'] }],
  ending: async ({ input: { username }, ending, records, uses }) => {
    if (ending.status === 'finished') return []
    const { reason } = ending
    const told = await newTask(uses, tellStaff, {
      input: { event: 'password_refused', username, reason },
    })
    const account = await records.accounts.find(username)
    if (!account?.address) return [told]
    const token = await issueLink(uses, records, { username, purpose: 'set_password' })
    const mail = { template: 'password_refused', username } as const
    return [await newTask(uses, sendMail, { input: mail, secrets: { token } }), told]
  },
})
