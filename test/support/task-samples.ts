import { managers } from '../../infra/local/installation.ts'
import { renderMail } from '../../lib/mail/templates.ts'
import type { Milestone } from '../../lib/ports.ts'
import type { TaskInput } from '../../lib/queue/queue.ts'
import { addForeigner } from './host-tasks.ts'
import { addPicked, addRegistration } from './registrations.ts'
import type { TestWorld } from './world.ts'

/** One good task of a kind about one person, and what has to be there before. */
export interface TaskSample {
  prepare(world: TestWorld, username: string): Promise<unknown>
  input(username: string): TaskInput
  readonly secrets?: Readonly<Record<string, string>>
  /** The same, where it is each person's own. */
  secretsOf?(username: string): Readonly<Record<string, string>>
  /** Milestones that its worker does not come to, where it changes nothing by itself. */
  readonly neverReached?: readonly Milestone[]
  /** The change on the host that may happen only once; null for a message, or where twice is like once. */
  readonly effect: string | null
}

const onHostAndHere = async (world: TestWorld, username: string) => {
  await addForeigner(world, username)
  await world.addAccount({ username })
}

const onlyHere = (world: TestWorld, username: string) => world.addAccount({ username })

const token = 'A'.repeat(43)
const password = 'Kastanie-7-Regenbogen'
// The channel hears of the rid, which must not look like word of the person.
const ridOf = (username: string) => [...username].reverse().join('')
const addressOf = (username: string) => `${username}@elsewhere.example`

/** A sample of every kind of task by its action; the suites that need one fail for a kind without. */
export const taskSamples: Readonly<Record<string, TaskSample>> = {
  user_create: {
    prepare: (world, username) => world.addAccount({ username, state: 'provisioning' }),
    input: (username) => ({ username, display_name: 'Robin Ash', domain: 'lantern.example' }),
    effect: 'user_created',
  },
  user_password: {
    prepare: onHostAndHere,
    input: (username) => ({ username }),
    secrets: { password: 'Kastanie-7-Regenbogen' },
    effect: null,
  },
  user_update: {
    prepare: onHostAndHere,
    input: (username) => ({ username, display_name: 'Robin Beech' }),
    effect: 'user_updated',
  },
  user_delete: {
    prepare: onHostAndHere,
    input: (username) => ({ username, purge: true }),
    effect: 'user_deleted',
  },
  user_undo_create: {
    prepare: leaveHalfMade,
    input: (username) => ({ username, task: 'E'.repeat(22), step: 1, fence: 1 }),
    effect: 'user_deleted',
  },
  send_mail: {
    prepare: onlyHere,
    input: (username) => ({ username, template: 'reset_password' }),
    secrets: { token },
    effect: null,
  },
  tell_staff: {
    prepare: onlyHere,
    input: (username) => ({ event: 'reset_without_address', username, reason: 'A test.' }),
    effect: null,
  },
  announce_registration: {
    prepare: (world, username) => addRegistration(world, { rid: ridOf(username) }),
    input: (username) => ({ rid: ridOf(username), kind: 'new' }),
    secretsOf: (username) => ({
      letters: JSON.stringify({
        language: 'en',
        asker: { to: addressOf(username), token, rid: ridOf(username), expiresAt: new Date(4e12) },
        managers: [{ to: managers[0], token }],
      }),
    }),
    effect: null,
  },
  send_registration_mail: {
    prepare: (world, username) => addRegistration(world, { rid: username }),
    input: (username) => ({ rid: username, template: 'registration_rejected', slot: 'asker' }),
    secretsOf: (username) => ({
      letter: JSON.stringify({ to: addressOf(username), ...rejection }),
    }),
    effect: null,
  },
  matrix_register: {
    prepare: (world, username) => addPicked(world, username, ['matrix']),
    input: (username) => ({ rid: username, username }),
    secrets: { password },
    effect: null,
  },
  user_check: {
    prepare: (world, username) => addPicked(world, username, ['matrix', 'yunohost']),
    input: (username) => ({ rid: username, username }),
    secrets: { password },
    neverReached: ['afterIntent', 'beforeExec', 'duringExec', 'afterExec'],
    // It changes nothing; the account comes from what follows it.
    effect: 'user_created',
  },
}

const rejection = renderMail(
  { template: 'registration_rejected', expiresAt: new Date(0), note: null },
  { language: 'en', site: { communityName: 'Lantern', mailDomain: 'lantern.example' } },
)

async function leaveHalfMade(world: TestWorld, username: string): Promise<void> {
  await world.addAccount({ username, state: 'failed' })
  const fault = { fault: 'crash_after', command: 'user create', value: 'home', times: 1 }
  await world.setHostFaults([fault])
  // It ends in the middle, as it is meant to.
  await addForeigner(world, username).catch(() => undefined)
  await world.setHostFaults([])
}
