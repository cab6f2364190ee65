import * as z from 'zod'
import { issueLink } from '../passwords/issue-link.ts'
import { type NewTaskUses, newTask } from '../queue/new-task.ts'
import type { NewTask, Task } from '../queue/queue.ts'
import { type Ending, hostTask } from '../queue/task.ts'
import { contactOf } from '../registrations/contact.ts'
import {
  beginAt,
  followUp,
  nameRefused,
  type OpenStep,
  registrationOver,
  type Step,
  targetDone,
  targetGivenUp,
  targetParked,
} from '../registrations/outcomes.ts'
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
  input: () =>
    z.object({
      username: z.string(),
      display_name: z.string(),
      domain: z.string(),
      // The registration that it is for: the account of this name may be another one's by now.
      rid: z.string().nullable().default(null),
    }),
  secrets: ['password'],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'absent',
  // Found before our first change, so it is somebody else's: never touched (security.md 3.4).
  refuse: nameInUse,
  plan: (seen, { rid, ...args }) => {
    const create = { verb: 'user_create', args, secrets: ['password'] } as const
    const remove = { verb: 'user_delete', args: { username: args.username, purge: true } } as const
    switch (seen.state) {
      case 'absent':
        return [create]
      case 'partial':
        return [remove, create]
      case 'unsynced':
        return [{ verb: 'user_permissions_sync', args: {} }]
      case 'complete':
        // With another name or address it is not the account that was asked for; the host says so.
        return isAsAskedFor(seen, args) ? [] : [create]
      /* v8 ignore next -- @preserve: the compiler shows that every state has its case */
      default:
        return seen.state satisfies never
    }
  },
  begins: async ({ rid }, uses) => (rid === null ? undefined : beginAt(uses, rid)),
  parking: async ({ input: { username, rid }, reason, records, uses }) => {
    if (rid === null) return []
    const step = { records, uses, rid, username }
    return followUp(step, (open) => targetParked(open, 'yunohost', reason))
  },
  ending: async ({ task, input: { username, rid }, ending, records, uses }) => {
    if (rid === null) return endOf({ task, ending, records, uses, username })
    // The account was only a reservation, and goes with its registration.
    if (ending.reason === registrationOver) return []
    return followUp({ records, uses, rid, username }, (open) =>
      endForRegistration(open, task, ending),
    )
  },
})

/** Why a username has no place on the host before anything was done there, if it has none. */
export function nameInUse(seen: UserSeen): string | undefined {
  if (seen.state !== 'absent') return 'The host already has an account with this username.'
  // Of an earlier holder of the name, or of the system: the next holder would get it, or a cure would purge it.
  return seen.home || seen.mailbox ? 'The host still has a folder with this name.' : undefined
}

interface End extends Omit<Step, 'rid'> {
  readonly task: Task
  readonly ending: Ending
}

async function endOf(end: End): Promise<readonly NewTask[]> {
  const { records, uses, username, ending } = end
  if (ending.status === 'failed') return noteFailure(end)
  await records.accounts.update(username, { state: 'active', usedOnHost: true })
  const told = await tellOfAccount(uses, username)
  const account = await records.accounts.find(username)
  if (!account?.address) return [told]
  const token = await issueLink(uses, records, { username, purpose: 'set_password' })
  const mail = { template: 'set_password', username } as const
  return [await newTask(uses, sendMail, { input: mail, secrets: { token } }), told]
}

async function noteFailure({ records, uses, username, task, ending }: End) {
  const { reason, left } = ending
  // By now the account may be somebody's who has nothing to do with this creation.
  const state = (await records.accounts.find(username))?.state
  if (state === 'provisioning' || state === 'approved') {
    const change = { state: 'failed', failureText: reason } as const
    await records.accounts.update(username, { ...change, ...nameAfter[left] })
  }
  const told = await newTask(uses, tellStaff, {
    input: { event: 'account_failed', username, reason },
  })
  if (left !== 'parts') return [told]
  const { id, step, fence } = task
  const undo = { username, task: id, step, fence }
  return [await newTask(uses, userUndoCreate, { input: undo }), told]
}

function tellOfAccount(uses: NewTaskUses, username: string): Promise<NewTask> {
  return newTask(uses, tellStaff, { input: { event: 'account_created', username, reason: '' } })
}

async function endForRegistration(
  step: OpenStep,
  task: Task,
  ending: Ending,
): Promise<readonly NewTask[]> {
  const { records, uses, username } = step
  if (ending.status === 'failed') {
    const told = await noteFailure({ records, uses, username, task, ending })
    return [...told, ...(await failedForRegistration(step, task, ending))]
  }
  // Its password was shown when the name was picked, so no link is mailed.
  const contact = await contactOf(records, step)
  await records.accounts.update(username, { state: 'active', usedOnHost: true, ...contact })
  return [await tellOfAccount(uses, username), ...(await targetDone(step, 'yunohost'))]
}

// With the host alone, whoever asked picks another name; after Matrix there is no way back.
function failedForRegistration(step: OpenStep, task: Task, ending: Ending) {
  // The engine ends what it runs; staff end what waits.
  const isByHost = task.status === 'running'
  const isAlone = step.registration.targets.length === 1
  return isByHost && isAlone ? nameRefused(step) : targetGivenUp(step, 'yunohost', ending.reason)
}

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
