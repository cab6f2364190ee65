import type { Language } from '../accounts/account.ts'

// Named as registrations.md names them: the pages' scripts get them from the API exactly so.

/** What became of an account on one target. */
export type TargetState = 'pending' | 'processing' | 'success' | 'failed'

/** Servers that an approved registration gets an account on. */
export type Target = 'matrix' | 'yunohost'

/** A registration as its asker is shown it. Moments are RFC 3339 texts. */
export interface AskerView {
  readonly status: 'pending' | 'approved' | 'rejected' | 'deleted'
  readonly username: string | null
  readonly email: string | null
  readonly matrix_status: TargetState
  readonly account_status: TargetState | null
  /** The reason of the decision, where the manager chose to show it. */
  readonly note: string | null
  readonly expires: string
  /** Open registrations before this one; null once it is decided. */
  readonly position: number | null
  /** The last question of the staff that waits for an answer. */
  readonly question: string | null
  readonly message: string | null
  readonly can_renew_password: boolean
}

/** A registration as those who decide are shown it. */
export interface ManagerView {
  readonly status: AskerView['status']
  readonly matrix_status: TargetState
  readonly account_status: TargetState | null
  readonly note: string | null
  readonly created: string
  readonly expires: string
  readonly position: number | null
  readonly message: string | null
  readonly referral_code: string | null
  readonly address_confirmed: boolean
  readonly claimed_by: string | null
  readonly decided_by: string | null
  readonly decided_at: string | null
  readonly question: string | null
  readonly answer: string | null
  readonly notes: ReadonlyArray<{ readonly by: string; readonly at: string; readonly text: string }>
  readonly history: ReadonlyArray<{ readonly status: Ending; readonly at: string }>
}

/** How an earlier registration ended. */
export type Ending = 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'finished'

/** What both pages know besides the registration. */
export interface RegistrationPage {
  readonly language: Language
  readonly targets: readonly Target[]
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
  Partial<Record<'action' | 'text' | 'username' | 'email' | 'confirm' | 'tell', string>>
>

/** What opens one registration to one reader. */
export interface Credentials {
  readonly rid: string
  readonly token: string
}
