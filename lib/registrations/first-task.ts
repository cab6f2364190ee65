import type { Site } from '../ports.ts'
import { type NewTaskUses, newTask } from '../queue/new-task.ts'
import type { NewTask } from '../queue/queue.ts'
import { matrixRegister } from '../tasks/matrix-register.ts'
import { userCheck } from '../tasks/user-check.ts'
import { userCreate } from '../tasks/user-create.ts'
import type { Target } from './registration.ts'
import { displayNameOf } from './reservation.ts'

/**
 * Where making an account begins: with both targets the host is read first, then comes Matrix, then the host, because
 * only what is on the host can be taken back (registrations.md).
 */
export function firstTask(
  uses: NewTaskUses & { readonly site: Site },
  wish: {
    readonly rid: string
    readonly username: string
    readonly password: string
    readonly targets: readonly Target[]
  },
): Promise<NewTask> {
  const { rid, username, password, targets } = wish
  const secrets = { password }
  if (!targets.includes('matrix')) {
    const domain = uses.site.mailDomain
    const display_name = displayNameOf(username)
    return newTask(uses, userCreate, { input: { username, display_name, domain, rid }, secrets })
  }
  const input = { rid, username }
  return targets.includes('yunohost')
    ? newTask(uses, userCheck, { input, secrets })
    : newTask(uses, matrixRegister, { input, secrets })
}
