import type { Language } from '../accounts/account.ts'
import type { SealedValue } from '../ports.ts'

/** Where an approved registration leads to an account. */
export type Target = 'matrix' | 'yunohost'

/** How far one target is, as the contract names it. */
export type TargetStatus = 'pending' | 'processing' | 'failed' | 'success'

/** A token that opens one registration; only its SHA-256 is kept. A mailed one shows who reads the address. */
export interface RegistrationToken {
  readonly hash: string
  readonly role: 'asker' | 'manager'
  readonly via: 'answer' | 'mail'
}

/**
 * An application for an account. What is personal is in `sealed` alone (T03); the rest is what deciding about it
 * without a key takes.
 */
export interface Registration {
  readonly rid: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly expiresAt: Date
  /** Counts the changes, so that two at once exclude each other (T26). */
  readonly revision: number
  readonly status: 'pending' | 'approved' | 'rejected'
  /** The second one of an address: its asker sees it like any other, staff never see it (T08). */
  readonly isShadow: boolean
  readonly language: Language
  /** Fixed when the name is picked; empty before. */
  readonly targets: readonly Target[]
  readonly matrixStatus: TargetStatus
  readonly accountStatus: TargetStatus
  readonly decidedAt: Date | null
  /** First step at a target: from then on it ends, whatever the time is. */
  readonly begunAt: Date | null
  /** Nothing more is going to happen at any target. */
  readonly endedAt: Date | null
  /** The task that works for it. */
  readonly taskId: string | null
  /** Since when its task waits for staff, and since when it first did; the second stays. */
  readonly parkedAt: Date | null
  readonly failedAt: Date | null
  readonly isAddressConfirmed: boolean
  /** Keyed hashes of the address and of the picked name, null where there is none. */
  readonly addressKey: string | null
  readonly nameKey: string | null
  readonly tokens: readonly RegistrationToken[]
  readonly sealed: SealedValue
}

/** Something that one of the staff wrote. */
export interface StaffText {
  readonly by: string
  readonly at: string
  readonly text: string
}

/** What is personal or confidential about a registration; it exists in the open in memory only. */
export interface Personal {
  readonly address: string | null
  readonly message: string | null
  readonly referralCode: string | null
  readonly username: string | null
  /** The full name on Matrix that goes with it. */
  readonly matrixId: string | null
  /** A name that a target turned out not to give. */
  readonly refusedUsername: string | null
  /** Mail addresses of managers by the hash of their token. */
  readonly managers: Readonly<Record<string, string>>
  readonly claimedBy: string | null
  readonly decidedBy: string | null
  /** The reason that the asker gets to see. */
  readonly note: string | null
  readonly question: StaffText | null
  readonly answer: { readonly at: string; readonly text: string } | null
  readonly notes: readonly StaffText[]
}

/** Somebody else changed the registration since it was read; a transaction begins anew then. */
export class Outrun extends Error {
  override readonly name = 'Outrun'
}

/** What is left of an earlier registration: nothing but how and when it ended. */
export interface Trace {
  readonly status: 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'finished'
  readonly at: Date
}
