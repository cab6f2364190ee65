/** To whoever asked. `link` is `/registrations/status#RID.TOKEN` under the public URL. */
export type AskerMail =
  /** The registration is there; opening the link shows that the address is its owner's. */
  | { readonly template: 'registration_received'; readonly link: string; readonly expiresAt: Date }
  /** A second wish came for the address of an open registration. */
  | {
      readonly template: 'registration_already_open'
      readonly link?: string | undefined
      readonly expiresAt: Date
    }
  /** Another address was given with the username; opening the link shows that it is its owner's. */
  | { readonly template: 'registration_address'; readonly link: string; readonly expiresAt: Date }
  /** A manager asks something; the question stands on the page, not in the mail. */
  | { readonly template: 'registration_asked'; readonly link: string; readonly expiresAt: Date }
  /** Now a username is to be picked. `note` is a reason that the manager chose to mail. */
  | {
      readonly template: 'registration_approved'
      readonly link: string
      readonly expiresAt: Date
      readonly note: string | null
    }
  /** Never sent for a silent rejection. */
  | {
      readonly template: 'registration_rejected'
      readonly expiresAt: Date
      readonly note: string | null
    }
  /** The account is on every target; `address` and `matrixId` are null where that target is not configured. */
  | {
      readonly template: 'registration_ready'
      readonly username: string
      readonly address: string | null
      readonly matrixId: string | null
      /** Given as long as the page can make a new password. */
      readonly link?: string | undefined
    }
  /** A target could not make the account yet; staff were told. */
  | {
      readonly template: 'registration_failed'
      readonly username: string
      /** How long it is tried, and the name kept. */
      readonly waitsUntil: Date
      readonly link?: string | undefined
    }
  /** It is not tried again. */
  | { readonly template: 'registration_given_up'; readonly username: string }

interface AccountFailure {
  readonly username: string
  readonly target: 'matrix' | 'yunohost'
  readonly reason: string | null
}

/** To each manager. `link` is `/registrations/decide#RID.TOKEN` under the public URL, each manager's own. */
export type ManagerMail =
  | {
      readonly template: 'registration_new'
      readonly link: string
      readonly createdAt: Date
      readonly expiresAt: Date
    }
  | {
      readonly template: 'registration_decided'
      readonly decision: 'approved' | 'rejected'
      readonly decidedBy: string
      readonly decidedAt: Date
      readonly createdAt: Date
    }
  /** A rejection was taken back: it waits for a decision again. Told by when it came in, as the first mail was. */
  | {
      readonly template: 'registration_undone'
      readonly undoneBy: string
      readonly createdAt: Date
      readonly expiresAt: Date
    }
  /** It waits for staff. */
  | (AccountFailure & {
      readonly template: 'registration_account_failed'
      readonly waitsUntil: Date
    })
  /** It is not tried again. */
  | (AccountFailure & { readonly template: 'registration_account_given_up' })
  /** `waiting` undecided registrations are older than 24 hours, the oldest since `oldestAt`. */
  | {
      readonly template: 'registration_digest'
      readonly waiting: number
      readonly oldestAt: Date
    }

/** A mail about a registration. None has a place for a password or for what the asker wrote. */
export type RegistrationMail = AskerMail | ManagerMail
