import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import * as messages from '../mail/chat-messages.ts'
import type { ChatMessage, Records } from '../ports.ts'
import { type NewTaskUses, newTask } from '../queue/new-task.ts'
import type { NewTask, Task } from '../queue/queue.ts'
import { postTask } from '../queue/task.ts'

const input = () =>
  z.discriminatedUnion('event', [
    z.object({
      event: z.enum([
        'account_created',
        'account_failed',
        'password_refused',
        'reset_without_address',
        'reset_asked_again',
        'mail_failed',
      ]),
      username: z.string(),
      reason: z.string().nullable(),
    }),
    z.object({
      event: z.enum(['task_parked', 'task_slow']),
      id: z.string(),
      action: z.string(),
      resource: z.string(),
      reason: z.string(),
    }),
    z.object({
      event: z.literal('lane_stopped'),
      lane: z.enum(['host', 'post']),
      reason: z.string(),
    }),
    z.object({ event: z.enum(['registration_new', 'registration_answered']), rid: z.string() }),
    z.object({
      event: z.literal('registration_mail_failed'),
      rid: z.string(),
      template: z.string(),
      reason: z.string().nullable(),
    }),
  ])
type Input = ReadBy<typeof input>

const heardBefore = 'Staff heard of the same earlier that day.'

/** Posts one message to the staff's channel, with a ping of the admin role. */
export const tellStaff = postTask<Input>({
  action: 'tell_staff',
  input,
  secrets: [],
  resource: (wish) => `chat:${subjectOf(wish)}`,
  owner: () => null,
  deliver: async (wish, _secrets, { chat, records }) => {
    const message = await toMessage(wish, records)
    if (message === undefined) return { status: 'cancelled', reason: heardBefore }
    await chat.post(message)
    return undefined
  },
})

// One line for each subject, not one for all: the wait of a message that the chat does not take (FI-25) must
// not hold up the next one, which may say that the queue stands still. What is said of one subject keeps its order.
function subjectOf(wish: Input): string {
  if ('username' in wish) return `account:${wish.username}`
  if ('rid' in wish) return `registration:${wish.rid}`
  return 'lane' in wish ? `lane:${wish.lane}` : wish.resource
}

/** The message that a task waits for staff. */
export function taskParked(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask> {
  const { id, action, resource } = task
  return newTask(uses, tellStaff, { input: { event: 'task_parked', id, action, resource, reason } })
}

/** The message that a task on the host has been going on for long. */
export function taskSlow(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask> {
  const { id, action, resource } = task
  return newTask(uses, tellStaff, { input: { event: 'task_slow', id, action, resource, reason } })
}

/** The message that a lane stands still. */
export function laneStopped(uses: NewTaskUses, task: Task, reason: string): Promise<NewTask> {
  return newTask(uses, tellStaff, { input: { event: 'lane_stopped', lane: task.lane, reason } })
}

/** Undefined where staff need not hear of it again. */
async function toMessage(wish: Input, records: Records): Promise<ChatMessage | undefined> {
  switch (wish.event) {
    case 'account_created': {
      const account = await records.accounts.find(wish.username)
      const unknown = { displayName: '', discordName: null, createdBy: '' }
      return messages.accountCreated({ ...unknown, ...account, username: wish.username })
    }
    case 'account_failed':
      return messages.accountFailed(wish)
    case 'password_refused':
      return messages.passwordRefused(wish)
    case 'reset_without_address':
      return messages.resetWithoutAddress(wish)
    case 'reset_asked_again':
      return undefined
    case 'mail_failed':
      return messages.mailFailed(wish)
    case 'task_parked':
      return messages.taskParked(wish)
    case 'task_slow':
      return messages.taskSlow(wish)
    case 'lane_stopped':
      return messages.laneStopped(wish)
    case 'registration_new':
      return messages.registrationNew(wish)
    case 'registration_answered':
      return messages.registrationAnswered(wish)
    case 'registration_mail_failed':
      return messages.registrationMailFailed(wish)
    /* v8 ignore next -- @preserve: the compiler shows that every event has its case */
    default:
      return wish satisfies never
  }
}
