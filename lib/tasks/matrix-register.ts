import * as z from 'zod'
import { Failure } from '../failure.ts'
import type { ReadBy } from '../late.ts'
import { DeliveryError } from '../queue/delivery.ts'
import { newTask, openSecrets } from '../queue/new-task.ts'
import type { NewTask, Task } from '../queue/queue.ts'
import { postTask } from '../queue/task.ts'
import {
  beginAt,
  followUp,
  nameRefused,
  type OpenStep,
  targetDone,
  targetGivenUp,
  targetParked,
} from '../registrations/outcomes.ts'
import { matrixPatienceHours } from '../registrations/policy.ts'
import { displayNameOf } from '../registrations/reservation.ts'
import { userCreate } from './user-create.ts'

const input = () => z.object({ rid: z.string(), username: z.string() })

const taken = 'The Matrix server already has an account with this username.'
const refused = 'The Matrix server does not take this username.'
const ofTheName: ReadonlySet<string | null> = new Set([taken, refused])

/**
 * Makes the account of a registration on Matrix. A name that is in use after a try whose outcome nobody knows is ours
 * if the sealed password opens it (security.md 3.4); before any try it is somebody else's.
 */
export const matrixRegister = postTask<ReadBy<typeof input>>({
  action: 'matrix_register',
  input,
  secrets: ['password'],
  resource: ({ rid }) => `registration:${rid}`,
  owner: ({ username }) => username,
  patienceHours: matrixPatienceHours,
  parks: true,
  deliver: async ({ rid, username }, { password = '' }, { matrix, askedAt, tries, ...uses }) => {
    const objection = await beginAt(uses, rid)
    if (objection !== undefined) return { status: 'cancelled', reason: objection }
    const account = { localpart: username, password, displayName: displayNameOf(username) }
    // Before any try there is nothing of ours that could be half made.
    const earlier = tries > 0 ? { wishedAt: askedAt } : {}
    const answer = await asking(matrix.register({ ...account, ...earlier }))
    if (answer === 'registered') return undefined
    // In order: whoever asked picks another name.
    if (answer === 'refused') return { status: 'cancelled', reason: refused }
    const isOurs = tries > 0 && (await asking(matrix.opens(account)))
    return isOurs ? undefined : { status: 'cancelled', reason: taken }
  },
  parking: ({ input, reason, ...about }) =>
    followUp({ ...about, ...input }, (step) => targetParked(step, 'matrix', reason)),
  ending: async ({ task, input, ending: { status, reason }, ...about }) => {
    const isNameRefused = ofTheName.has(reason)
    if (status === 'cancelled' && !isNameRefused) return []
    return followUp({ ...about, ...input }, async (step) => {
      if (status === 'finished') {
        // Somebody has this name from now on, whatever becomes of it on the host (design.md 13).
        await about.records.accounts.update(step.username, { usedOnHost: true })
        return targetDone(step, 'matrix', await nextOf(step, task))
      }
      if (isNameRefused) return nameRefused(step)
      // Of a try whose answer is lost an account may be there, and whoever had the name next would meet it.
      if (task.step > 0) await about.records.accounts.update(step.username, { usedOnHost: true })
      return targetGivenUp(step, 'matrix', reason)
    })
  },
})

// Whether it was done is unknown until the server says so; it names the seconds that it wants to be left alone.
async function asking<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { retryAfterSeconds } = error.details
    throw new DeliveryError('ambiguous', 'The Matrix server did not answer as it should.', {
      retryAfterSeconds,
      cause: error,
    })
  }
}

async function nextOf(step: OpenStep, task: Task): Promise<NewTask | undefined> {
  const { uses, rid, username } = step
  if (!step.registration.targets.includes('yunohost')) return undefined
  const secrets = await openSecrets(uses.sealer, task)
  const domain = uses.site.mailDomain
  const input = { username, display_name: displayNameOf(username), domain, rid }
  return newTask(uses, userCreate, { input, secrets })
}
