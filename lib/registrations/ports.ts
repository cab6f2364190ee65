import type { Registration, Target, Trace } from './registration.ts'

/** Reads and writes about registrations that can be part of a transaction. */
export interface RegistrationRecords {
  readonly registrations: {
    find(rid: string): Promise<Registration | undefined>
    /** The registration that this token opens: a wrong rid and a wrong token cost the same (T08). */
    findByToken(rid: string, tokenHash: string): Promise<Registration | undefined>
    insert(registration: Registration): Promise<void>
    /** Writes a new state over the one of its revision. Throws `Outrun` when somebody else was faster. */
    replace(registration: Registration): Promise<void>
    /** Marks that a target is about to be changed for it; false once it is over or withdrawn. */
    begin(rid: string, now: Date): Promise<boolean>
    /** Throws like `replace`. */
    remove(registration: Pick<Registration, 'rid' | 'revision'>): Promise<void>
  }
  readonly registrationKeys: {
    /** The rid whose address this is, while that registration is open. */
    holderOf(addressKey: string): Promise<string | undefined>
    /** Holds an address; an index refuses the second holder. */
    hold(addressKey: string, rid: string): Promise<void>
    free(addressKey: string, rid: string): Promise<void>
    /** Remembers how a registration ended, under keyed hashes alone. */
    leaveTrace(keys: readonly string[], trace: Trace): Promise<void>
    /** How others with its name, or its address where its owner confirmed it, ended or were decided, newest first. */
    historyOf(registration: Registration, most: number): Promise<readonly Trace[]>
  }
  readonly registrationLists: {
    /** Whether so many are undecided; asked outside of a transaction, because it may rest on an estimate of all. */
    hasPending(count: number): Promise<boolean>
    /** How many were undecided before this one, those included that staff do not see, counted no further than to `most`. */
    position(registration: Registration, most: number): Promise<number>
    /** How many that staff see have waited since before that time. */
    countWaiting(before: Date): Promise<number>
    /** Undecided ones that staff see, oldest first, after the given one. */
    waiting(
      after: Pick<Registration, 'createdAt' | 'rid'> | undefined,
      most: number,
    ): Promise<readonly Registration[]>
    expired(now: Date, most: number): Promise<readonly Registration[]>
    /** Those whose task is parked since before that time. */
    parked(before: Date, most: number): Promise<readonly Registration[]>
    /** Those that are sealed by another key than this one. */
    sealedByOthers(keyId: string, most: number): Promise<readonly Registration[]>
  }
}

/** Keyed hashes, by which a personal value is found again where the value itself is not kept. */
export interface Lookup {
  /** The same for the same value as long as the database lives, whatever becomes of the sealing keys. */
  keyOf(kind: 'address' | 'name', value: string): Promise<string>
  /** Seals the key of the hashes anew where the sealing keys were rotated; tells whether it had to. */
  reseal(): Promise<boolean>
}

/** How this installation takes registrations. */
export interface Registering {
  /** Where an account is made, in this order. */
  readonly targets: readonly Target[]
  /** Mail addresses of those who decide. */
  readonly managers: readonly string[]
  readonly pendingCap: number
  /** Second half of every name on Matrix; null where there is no Matrix server. */
  readonly matrixServerName: string | null
}
