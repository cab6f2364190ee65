import type { HostTask, PostTask, TaskDefinition } from '../queue/task.ts'
import { announceRegistration } from './announce-registration.ts'
import { matrixRegister } from './matrix-register.ts'
import { sendMail } from './send-mail.ts'
import { sendRegistrationMail } from './send-registration-mail.ts'
import { tellStaff } from './tell-staff.ts'
import { userCheck } from './user-check.ts'
import { userCreate } from './user-create.ts'
import { userDelete } from './user-delete.ts'
import { userPassword } from './user-password.ts'
import { userUndoCreate } from './user-undo-create.ts'
import { userUpdate } from './user-update.ts'

/** Every task of lane `host` by its action. */
export const hostTasks = byAction([
  userCreate,
  userPassword,
  userUpdate,
  userDelete,
  userUndoCreate,
  userCheck,
])

/** Every task of lane `post` by its action. */
export const postTasks = byAction([
  sendMail,
  tellStaff,
  announceRegistration,
  sendRegistrationMail,
  matrixRegister,
])

function byAction(
  // biome-ignore lint/suspicious/noExplicitAny: a table of tasks whose inputs differ; each is parsed by its own schema before use
  tasks: ReadonlyArray<HostTask<any> | PostTask<any>>,
): Readonly<Record<string, TaskDefinition>> {
  return Object.fromEntries(tasks.map((task) => [task.action, task]))
}
