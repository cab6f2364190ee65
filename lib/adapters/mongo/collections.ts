import type { ClientSession, Collection, Db } from 'mongodb'
import type { Account } from '../../accounts/account.ts'
import type { HostNames } from '../../accounts/host-names.ts'
import type { HostFacts } from '../../passwords/host-facts.ts'
import type { Link } from '../../passwords/link.ts'
import type { SealedValue } from '../../ports.ts'
import type { Lane, Task } from '../../queue/queue.ts'
import type { Registration, Trace } from '../../registrations/registration.ts'
import type { Session } from '../../sessions/session.ts'

/** An account as stored. `heldName` and `heldAddress` carry the unique indexes and go when a name or address is free again. */
export interface AccountDocument extends Account {
  readonly displayNameKey: string
  readonly heldName?: string
  readonly heldAddress?: string
  /** Counts what must exclude a change of the account at the same time: sign-ins and links. */
  readonly touches?: number
  /** Somebody has signed in. */
  readonly isUsed?: true
}

/** A registration as stored. `waits`: undecided, seen by staff or not. */
export interface RegistrationDocument extends Omit<Registration, 'rid'> {
  readonly _id: string
  readonly waits?: true
}

/** Holds an address for an open registration. Only inserted and deleted, never changed. */
export interface HeldAddressDocument {
  readonly addressKey: string
  readonly rid: string
}

/** How a registration ended, under keyed hashes; the database removes it some time after `purgeAt`. */
export interface TraceDocument extends Trace {
  readonly keys: readonly string[]
  readonly purgeAt: Date
}

/** The one key of the keyed hashes, sealed. */
export interface LookupKeyDocument {
  readonly _id: 'lookup'
  readonly sealed: SealedValue
}

/** A session as stored; the database removes it some time after `expiresAt`. */
export interface SessionDocument extends Omit<Session, 'id'> {
  readonly _id: string
}

/** A link as stored, kept until `purgeAt` so that an expired link can be told from an unknown one. */
export interface LinkDocument extends Omit<Link, 'tokenHash'> {
  readonly _id: string
  readonly purgeAt: Date
  readonly heldUntil?: Date
}

/** A counter of one window, or of one sign-in name. */
export interface CounterDocument {
  readonly _id: string
  readonly value: number
  readonly endsAt: Date
  readonly retryAt?: Date
}

/**
 * A task as stored. `headOf`: it is the first unfinished of this resource, and the only one.
 * `readyIn`: it may be claimed in this lane now; claiming reads one key, however long the queue is.
 */
export interface TaskDocument extends Omit<Task, 'id'> {
  readonly _id: string
  readonly headOf?: string
  readonly readyIn?: Lane
  readonly notBefore?: Date
  /** Staff heard that it is slow. */
  readonly isTold?: true
  /** Staff heard that it waits for them, and have not had it tried again since. */
  readonly isParkingTold?: true
  /** On a head: counts what was ever stored for its resource since the first head; the next head goes on from it. */
  readonly followers?: number
  /** On what lined up behind a head: its place among them, in the order in which they were stored. */
  readonly turn?: number
}

/** State of a lane that is not in its tasks. */
export interface LaneDocument {
  readonly _id: Lane
  readonly pausedBecause?: string
  readonly closedUntil?: Date
  readonly misses?: number
  readonly isTold?: true
}

/** The one copy of the host's names. */
export interface HostNamesDocument extends HostNames {
  readonly _id: 'latest'
}

/** What the host demands, as it was seen last. */
export interface HostFactsDocument extends HostFacts {
  readonly _id: 'latest'
}

/** The collections by what is in them. `tasks_queue` and `logs` have the seed's names. */
export interface Collections {
  readonly accounts: Collection<AccountDocument>
  readonly sessions: Collection<SessionDocument>
  readonly links: Collection<LinkDocument>
  readonly counters: Collection<CounterDocument>
  readonly queue: Collection<TaskDocument>
  readonly logs: Collection<TaskDocument>
  readonly lanes: Collection<LaneDocument>
  readonly hostNames: Collection<HostNamesDocument>
  readonly hostFacts: Collection<HostFactsDocument>
  readonly registrations: Collection<RegistrationDocument>
  readonly heldAddresses: Collection<HeldAddressDocument>
  readonly traces: Collection<TraceDocument>
  readonly lookupKeys: Collection<LookupKeyDocument>
}

/** Collections and the transaction that a group of reads and writes belongs to, if any. */
export interface Scope {
  readonly collections: Collections
  readonly tx: { readonly session?: ClientSession }
  /** Runs one call and words its errors; inside a transaction it lets them pass, because their labels steer retries. */
  run<Result>(call: () => Promise<Result>): Promise<Result>
}

/** The collections of a database. */
export function collectionsOf(db: Db): Collections {
  return {
    accounts: db.collection('accounts'),
    sessions: db.collection('sessions'),
    links: db.collection('links'),
    counters: db.collection('counters'),
    queue: db.collection('tasks_queue'),
    logs: db.collection('logs'),
    lanes: db.collection('lanes'),
    hostNames: db.collection('host_names'),
    hostFacts: db.collection('host_facts'),
    registrations: db.collection('registrations'),
    heldAddresses: db.collection('registration_addresses'),
    traces: db.collection('registration_traces'),
    lookupKeys: db.collection('lookup_keys'),
  }
}

/** A stored task as the rules know it. */
export function toTask(document: TaskDocument): Task {
  const { _id, headOf, readyIn, notBefore, isTold, isParkingTold, followers, turn, ...task } =
    document
  return { id: _id, ...task }
}
