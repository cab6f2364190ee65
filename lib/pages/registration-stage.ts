import type { Target } from '../registrations/registration.ts'
import type { AskerView, RegistrationPage, TargetState } from './registration-view.ts'

/** The status page of one asker. */
export interface StatusPage extends RegistrationPage {
  readonly registration: AskerView
  /** Only in the one answer that makes it. */
  readonly password?: string | undefined
}

/** Where the registration stands, as its asker has to know it. */
export type Stage =
  | 'waiting'
  | 'asked'
  | 'pick'
  | 'making'
  | 'stuck'
  | 'givenUp'
  | 'ready'
  | 'rejected'
  | 'withdrawn'

/** The stage of a registration. Made on every target is ready; one that failed makes it stuck, until staff give it up. */
export function stageOf(registration: AskerView, targets: readonly Target[]): Stage {
  if (registration.status === 'deleted') return 'withdrawn'
  if (registration.status === 'rejected') return 'rejected'
  if (registration.status === 'pending') return registration.question === null ? 'waiting' : 'asked'
  if (registration.username === '') return 'pick'
  const states = targets.map((target) => stateOn(registration, target))
  if (states.includes('failed')) return registration.given_up ? 'givenUp' : 'stuck'
  return states.every((state) => state === 'success') ? 'ready' : 'making'
}

/** The state on one target. */
export function stateOn(
  { matrix_status, account_status }: Pick<AskerView, 'matrix_status' | 'account_status'>,
  target: Target,
): TargetState {
  return target === 'matrix' ? matrix_status : (account_status ?? matrix_status)
}

/** What is left to show of a registration that its asker took back. */
export const withdrawnView: AskerView = {
  status: 'deleted',
  username: '',
  email: null,
  matrix_status: 'pending',
  account_status: null,
  note: null,
  expires: '',
  position: null,
  question: null,
  message: null,
  refused_username: null,
  can_renew_password: false,
  given_up: false,
}
