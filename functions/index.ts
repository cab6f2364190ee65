import { handler as createUser } from './community/create-user.ts'
import { handler as login } from './community/login.ts'
import { handler as passwordResetPage } from './community/password-reset-page.ts'
import { handler as readTask } from './community/read-task.ts'
import { handler as requestPasswordReset } from './community/request-password-reset.ts'
import { handler as resetPassword } from './community/reset-password.ts'
import { handler as setPassword } from './community/set-password.ts'
import { handler as completeRegistration } from './registrations/complete.ts'
import { handler as decideRegistration } from './registrations/decide.ts'
import { handler as registrationDecisionForm } from './registrations/decision-form.ts'
import { handler as registrationDecisionPage } from './registrations/decision-page.ts'
import { handler as registrationDecisionScript } from './registrations/decision-script.ts'
import { handler as deskOfRegistration } from './registrations/desk.ts'
import { handler as readRegistration } from './registrations/read.ts'
import { handler as registrationStatusForm } from './registrations/status-form.ts'
import { handler as registrationStatusPage } from './registrations/status-page.ts'
import { handler as registrationStatusScript } from './registrations/status-script.ts'
import { handler as submitRegistration } from './registrations/submit.ts'
import { handler as withdrawRegistration } from './registrations/withdraw.ts'
import { handler as docs } from './service/docs.ts'
import { handler as fallback } from './service/fallback.ts'
import { handler as health } from './service/health.ts'
import { handler as openapi } from './service/openapi.ts'
import { handler as startPage } from './service/start-page.ts'
import { handler as stylesheet } from './service/stylesheet.ts'
import { handler as mailFeedback } from './workers/mail-feedback.ts'
import { handler as readHostNames } from './workers/read-host-names.ts'
import { handler as reseal } from './workers/reseal.ts'
import { handler as runHostTasks } from './workers/run-host-tasks.ts'
import { handler as runPostTasks } from './workers/run-post-tasks.ts'
import { handler as sweep } from './workers/sweep.ts'

/** Every function by its name, in the order of the documentation. Read by infra/ and test/ only: it reaches everything. */
export const functions = {
  'community-login': login,
  'community-create-user': createUser,
  'community-read-task': readTask,
  'community-request-password-reset': requestPasswordReset,
  'community-reset-password': resetPassword,
  'community-password-reset-page': passwordResetPage,
  'community-set-password': setPassword,
  'registrations-submit': submitRegistration,
  'registrations-read': readRegistration,
  'registrations-decide': decideRegistration,
  'registrations-complete': completeRegistration,
  'registrations-withdraw': withdrawRegistration,
  'registrations-desk': deskOfRegistration,
  'registrations-status-page': registrationStatusPage,
  'registrations-status-form': registrationStatusForm,
  'registrations-status-script': registrationStatusScript,
  'registrations-decision-page': registrationDecisionPage,
  'registrations-decision-form': registrationDecisionForm,
  'registrations-decision-script': registrationDecisionScript,
  'service-start-page': startPage,
  'service-health': health,
  'service-openapi': openapi,
  'service-docs': docs,
  'service-stylesheet': stylesheet,
  'service-fallback': fallback,
  'workers-run-host-tasks': runHostTasks,
  'workers-run-post-tasks': runPostTasks,
  'workers-sweep': sweep,
  'workers-reseal': reseal,
  'workers-read-host-names': readHostNames,
  'workers-mail-feedback': mailFeedback,
} as const
