import * as z from 'zod'
import { newTask, openSecrets } from '../queue/new-task.ts'
import { hostTask } from '../queue/task.ts'
import { lives } from '../registrations/life.ts'
import { followUp, nameRefused, targetGivenUp, targetParked } from '../registrations/outcomes.ts'
import { matrixRegister } from './matrix-register.ts'
import { nameInUse } from './user-create.ts'

/**
 * Looks whether the host still has a place for a username, before anything is made elsewhere: what Matrix has once
 * registered nobody can take back (registrations.md). It carries the sealed password on.
 */
export const userCheck = hostTask({
  action: 'user_check',
  input: () => z.object({ username: z.string(), rid: z.string() }),
  secrets: ['password'],
  resource: ({ username }) => `account:${username}`,
  owner: ({ username }) => username,
  observes: ({ username }) => username,
  startsFrom: 'absent',
  refuse: nameInUse,
  plan: () => [],
  parking: ({ input, reason, ...about }) =>
    followUp({ ...about, ...input }, (step) => targetParked(step, 'yunohost', reason)),
  ending: ({ task, input, ending: { status, reason }, ...about }) =>
    followUp({ ...about, ...input }, async (step) => {
      const { records, uses, registration } = step
      if (status === 'failed') {
        const isByStaff = task.status === 'parked' || task.status === 'pending'
        return isByStaff ? targetGivenUp(step, 'yunohost', reason) : nameRefused(step)
      }
      if (!lives(registration, uses.clock.now())) return []
      const secrets = await openSecrets(uses.sealer, task)
      const next = await newTask(uses, matrixRegister, { input, secrets })
      await records.registrations.replace({
        ...registration,
        taskId: next.id,
        parkedAt: null,
        accountStatus: 'pending',
      })
      return [next]
    }),
})
