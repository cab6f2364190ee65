import type { Language } from '../accounts/account.ts'
import type { AskerRecord, StaffRecord } from '../registrations/answers.ts'
import type { Target } from '../registrations/registration.ts'

/** How far an account is on one server. */
export type TargetState = StaffRecord['matrix_status']

/** A registration as its asker is shown it, named as the API names it: the page's script gets it from there. */
export type AskerView = Pick<
  AskerRecord,
  | 'status'
  | 'username'
  | 'email'
  | 'matrix_status'
  | 'account_status'
  | 'note'
  | 'expires'
  | 'position'
  | 'question'
  | 'message'
  | 'refused_username'
  | 'can_renew_password'
  | 'given_up'
>

/** A registration as those who decide are shown it. */
export type ManagerView = Omit<StaffRecord, 'rid' | 'token' | 'username' | 'password' | 'email'>

/** Where accounts are made. */
export interface Places {
  readonly targets: readonly Target[]
  /** What comes after a username on each of them: the Matrix server's name, the mail domain. */
  readonly servers: Readonly<Partial<Record<Target, string>>>
}

/** What both pages know besides the registration. */
export interface RegistrationPage extends Places {
  readonly language: Language
  /** A moment as its reader writes it: a script knows the reader's zone, the server does not. */
  readonly toMoment: (moment: string) => string
  /** Where forms carry them: without script every form of the page brings its own key. */
  readonly credentials?: Credentials | undefined
  /** True where a script looks after the page: it looks again by itself, and copies. */
  readonly isScripted: boolean
  /** Sentence about what was just refused. */
  readonly problem?: string | undefined
  /** Sentence about what was just done. */
  readonly notice?: string | undefined
  /** What was typed into a form that was refused. */
  readonly typed?: Typed | undefined
}

/** Fields of a form as they came. */
export type Typed = Readonly<
  Partial<Record<'action' | 'text' | 'username' | 'email' | 'confirm' | 'tell', string | undefined>>
>

/** What opens one registration to one reader. */
export interface Credentials {
  readonly rid: string
  readonly token: string
}
