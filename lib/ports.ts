import type { Account, AccountChange, NewAccount } from './accounts/account.ts'
import type { HostNames } from './accounts/host-names.ts'
import type { PasswordHasher } from './crypto/password-hash.ts'
import type { Matrix } from './matrix/port.ts'
import type { HostFacts } from './passwords/host-facts.ts'
import type { Link } from './passwords/link.ts'
import type { Lane, TaskQueue } from './queue/queue.ts'
import type { Lookup, Registering, RegistrationRecords } from './registrations/ports.ts'
import type { Counters } from './sessions/counters.ts'
import type { Session } from './sessions/session.ts'
import type { GateAnswer, GateRequest } from './yunohost/gate.ts'

export type { PasswordHasher } from './crypto/password-hash.ts'
export type { Matrix, MatrixAccount } from './matrix/port.ts'
export type { Lookup, Registering } from './registrations/ports.ts'
export type { Counters } from './sessions/counters.ts'

/** The time. Tests freeze it. */
export interface Clock {
  now(): Date
  /** Waits for real seconds, also where `now` is frozen. */
  sleep(seconds: number): Promise<void>
  /** Repeats work in real time until the returned function is called; runs never overlap. */
  every(seconds: number, work: () => Promise<void>): () => void
}

/** Unpredictable bytes from the operating system; tests seed it. */
export interface Random {
  bytes(length: number): Uint8Array
}

/** Fields that a log line may have; nothing else is ever written (T23: a list of what may, not of what may not). */
export interface LogFields {
  readonly requestId?: string | undefined
  readonly family?: string | undefined
  readonly route?: string | undefined
  readonly method?: string | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly account?: string | undefined
  readonly taskId?: string | undefined
  readonly action?: string | undefined
  readonly lane?: string | undefined
  readonly resource?: string | undefined
  readonly step?: number | undefined
  readonly attempt?: number | undefined
  readonly outcome?: string | undefined
  /** From the arrival of the request, or the moment that the task was asked for, until this line. */
  readonly seconds?: number | undefined
  /** From the moment that the task was asked for until its first run. */
  readonly waitSeconds?: number | undefined
  /** This run of the task alone. */
  readonly runSeconds?: number | undefined
  readonly reason?: string | undefined
  readonly errorName?: string | undefined
  readonly errorText?: string | undefined
  readonly errorStack?: string | undefined
}

/** One event a line. */
export interface Log {
  info(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

/** Reads and writes that can be part of a transaction. */
export interface Records extends RegistrationRecords {
  readonly accounts: {
    find(username: string): Promise<Account | undefined>
    findByAddress(addressKey: string): Promise<Account | undefined>
    /**
     * Usernames and display names share one space on the host (yunohost.md 18): whether others are called like this
     * username, and whether this display name (`toNameKey`) is the username of another one.
     */
    findNamesakes(
      username: string,
      displayNameKey: string,
    ): Promise<{ readonly ofUsername: boolean; readonly ofDisplayName: boolean }>
    /** Of these usernames those that are held, with the display name that goes with each as `toNameKey` gives it. */
    displayNamesOf(usernames: readonly string[]): Promise<ReadonlyMap<string, string>>
    /** Throws `username_taken` or `address_taken`; the unique indexes decide, not an earlier read. */
    insert(account: NewAccount): Promise<void>
    update(username: string, change: AccountChange): Promise<boolean>
    /**
     * Writes to an account if it is active and its password and role are still these, so that a sign-in and a
     * change of the account at the same time exclude each other (T10). False when they are not.
     */
    touch(account: Pick<Account, 'username' | 'passwordHash' | 'role'>): Promise<boolean>
    /** Whether somebody has signed in to this account. */
    hasSignedIn(username: string): Promise<boolean>
    /** Removes the account that only reserves a username for a registration, if there is one. */
    removeReservation(rid: string): Promise<void>
  }
  readonly hostNames: {
    /** The copy that was taken last; none on a fresh installation. */
    find(): Promise<HostNames | undefined>
    replace(copy: HostNames): Promise<void>
  }
  readonly hostFacts: {
    /** What the host demanded when somebody looked last; none before `host:install`. */
    find(): Promise<HostFacts | undefined>
    replace(facts: HostFacts): Promise<void>
  }
  readonly sessions: {
    find(id: string): Promise<Session | undefined>
    insert(session: Session): Promise<void>
    endAll(username: string): Promise<void>
  }
  readonly links: {
    find(tokenHash: string): Promise<Link | undefined>
    /** Stores a link and takes the validity from every older one of the same account. */
    insertNewest(link: Link): Promise<void>
    /** Takes the validity from every link of an account. */
    endAll(username: string, now: Date): Promise<void>
    /** Gives a held link back. */
    release(tokenHash: string): Promise<void>
    /** Keeps a good link to one user for half a minute; tells whether this call got it. */
    hold(tokenHash: string, now: Date): Promise<boolean>
    /** Marks the link as used if it is still good; tells whether this call was the one that used it. */
    spend(tokenHash: string, now: Date): Promise<boolean>
  }
  readonly tasks: TaskQueue
}

/** Everything that is kept. Outside of `transaction` each call is atomic by itself. */
export interface Database extends Records {
  readonly counters: Counters
  /** All or nothing; the work may run more than once, so it does nothing but read, write `records` and seal. */
  transaction<Result>(work: (records: Records) => Promise<Result>): Promise<Result>
  /** Makes every index that the rules rest on; repeating it changes nothing. */
  prepare(): Promise<void>
}

/** Wakes a worker. Losing a ring costs time, never a task: the sweeper rings again. */
export interface Doorbell {
  ring(ring: { lane: Lane; taskId: string; ring: number; resource: string }): Promise<void>
  /** Hides the message that woke this worker for so many seconds more. */
  hide(lane: Lane, receipt: string, seconds: number): Promise<void>
  /** Puts a message that no worker can read where an alarm watches. */
  setAside(body: string, reason: string): Promise<void>
}

/** Secrets of tasks at rest: AES-256-GCM with a key id and associated data. */
export interface Sealer {
  seal(plain: string, boundTo: string): Promise<SealedValue>
  /** Id of the key that values are sealed with now. */
  currentKeyId(): Promise<string>
  /** Throws when the key is gone or the value belongs to something else. */
  open(sealed: SealedValue, boundTo: string): Promise<string>
}

/** A sealed value as it is stored; every part is base64url text. */
export interface SealedValue {
  readonly keyId: string
  readonly nonce: string
  readonly ciphertext: string
}

/** What an access token says after it was checked. */
export interface TokenClaims {
  readonly username: string
  readonly sessionId: string
}

/** Access tokens (RFC 7519 with RFC 8725: one algorithm, `typ`, `iss`, `aud`, `exp`, `kid`). */
export interface Signer {
  sign(claims: TokenClaims, now: Date, lifeSeconds: number): Promise<string>
  /** The claims, or undefined for anything that is not a good token of ours at that time. */
  verify(token: string, now: Date): Promise<TokenClaims | undefined>
}

/** The forced command on the YunoHost host. Throws `HostError` (lib/yunohost/gate.ts) when there is no answer. */
export interface Host {
  /** Gives up after `longestSeconds`, so that whoever has to end by then can do so in order. */
  ask(request: GateRequest, longestSeconds?: number): Promise<GateAnswer>
}

/** One mail to one person, text and HTML saying the same. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Sends mail. Throws `DeliveryError` (lib/queue/delivery.ts). */
export interface Mailer {
  send(mail: Mail): Promise<{ messageId: string }>
}

/** One message to the staff's channel; `text` is escaped already, `ping` calls the admin role. */
export interface ChatMessage {
  readonly title: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly ping: boolean
}

/** Posts to the staff's channel. Throws `DeliveryError` (lib/queue/delivery.ts). */
export interface Chat {
  post(message: ChatMessage): Promise<void>
}

/** Names and addresses of this installation that people get to see. */
export interface Site {
  /** Origin of every mailed link, without a slash at the end (T11). */
  readonly publicUrl: string
  readonly communityName: string
  /** Domain of new accounts' mail addresses on the host. */
  readonly mailDomain: string
  readonly defaultLanguage: 'en' | 'de'
}

/** Numbers that operators may tune without a deployment of code. */
export interface Tuning {
  readonly createUserPerHour: number
}

/** How long the engine holds on, waits and lets go, in seconds. One profile makes all of it short for tests. */
export interface Pace {
  /** How long a worker holds a task before another may take it, and how often it renews that. */
  readonly leaseSeconds: number
  readonly renewSeconds: number
  /** How long a message stays hidden at a time while its worker lives. */
  readonly hiddenSeconds: number
  /** Longest time that the gate is asked to wait for the end of a command in one call. */
  readonly attachSeconds: number
  /** Wait when another YunoHost operation holds the host's lock. */
  readonly busySeconds: number
  /** First and longest wait before a new try when the other side does not answer; doubles in between. */
  readonly probeSeconds: { readonly first: number; readonly longest: number }
  /** Waits after the first, second and later unexpected ends of a task. */
  readonly retrySeconds: readonly number[]
  /** Waits between tries of a mail or chat message; the last one repeats. */
  readonly deliverySeconds: readonly number[]
}

/**
 * Points of a worker's way between which its sudden end leaves different traces (security.md 3.6, H7).
 * `beforeDelete` and `afterDelete` speak of the queue's message.
 */
export type Milestone =
  | 'afterClaim'
  | 'afterIntent'
  | 'beforeExec'
  | 'duringExec'
  | 'afterExec'
  | 'afterReadback'
  | 'afterCommit'
  | 'beforeDelete'
  | 'afterDelete'
  | 'afterMail'

/** Hears what a worker has come to. Nobody listens but tests, which end the process there. */
export interface Milestones {
  reached(milestone: Milestone): Promise<void>
}

/** Tells whether a password is, or is part of, one of the most used ones. */
export interface CommonPasswords {
  contains(password: string): Promise<boolean>
}

/** Files that the build puts beside a function, such as the stylesheet. */
export interface Assets {
  text(name: string): Promise<string>
}

/** Every side effect of Gatehouse by name. An endpoint or worker opens only those it names. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly sealer: Sealer
  readonly lookup: Lookup
  readonly signer: Signer
  readonly host: Host
  readonly matrix: Matrix
  readonly mailer: Mailer
  readonly chat: Chat
  readonly site: Site
  readonly tuning: Tuning
  readonly registering: Registering
  readonly pace: Pace
  readonly milestones: Milestones
  readonly commonPasswords: CommonPasswords
  readonly passwordHasher: PasswordHasher
  readonly assets: Assets
}
