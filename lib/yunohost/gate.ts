/** A change on the host that the gate knows. Secrets travel apart from the arguments (T03). */
export type HostVerb =
  | 'user_create'
  | 'user_password'
  | 'user_update'
  | 'user_delete'
  | 'user_permissions_sync'

/** One JSON document to the gate. */
export interface GateRequest {
  readonly op: 'run' | 'attach' | 'read' | 'forget'
  readonly task: string
  readonly step: number
  readonly fence: number
  /** `user` and `names` are the reads; attaching and forgetting name none. */
  readonly verb?: HostVerb | 'user' | 'names'
  readonly args?: Readonly<Record<string, string | boolean>>
  readonly secrets?: Readonly<Record<string, string>>
  /** Seconds that the gate may wait for the end of the command before it answers `running`. */
  readonly wait: number
}

/** How much of a user is on the host (yunohost.md 7.1). */
export type UserSeenState = 'absent' | 'partial' | 'unsynced' | 'complete'

/** What a read of the host showed about one user. */
export interface UserSeen {
  readonly state: UserSeenState
  readonly full_name: string | null
  readonly mail: string | null
  readonly home: boolean
  readonly mailbox: boolean
  readonly password_works?: boolean | undefined
}

/** What somebody on the host is called, in lower case. */
export interface PersonSeen {
  readonly username: string
  /** Full names that could be a username as well. */
  readonly full_names: readonly string[]
  /** Local parts of mail addresses beside the username's own. */
  readonly aliases: readonly string[]
}

/** What a read of the host showed of the names in use there, in lower case (yunohost.md 18). */
export interface NamesSeen {
  /** Groups, permissions, their aliases, and accounts and groups of the system. */
  readonly reserved: readonly string[]
  /** Ids of the installed apps. */
  readonly apps: readonly string[]
  readonly people: readonly PersonSeen[]
}

/** True when the host shows this full name; it keeps one space where several stood (yunohost.md 7.3). */
export function isNamed(seen: UserSeen, displayName: string): boolean {
  return joinWords(seen.full_name ?? '') === joinWords(displayName)
}

function joinWords(name: string): string {
  return name.split(/\s+/).filter(Boolean).join(' ')
}

/** Classes of yunohost.md 4, by what Gatehouse does next. */
export type GateClass =
  | 'ok'
  | 'busy'
  | 'conflict'
  | 'not_found'
  | 'refused_input'
  | 'trouble'
  | 'broken'
  | 'unknown'

/** One JSON document from the gate. */
export interface GateAnswer {
  readonly state: 'done' | 'running' | 'unknown' | 'none' | 'refused'
  readonly exit: number | null
  readonly class: GateClass
  readonly key: string | null
  readonly text: string
  readonly log: string | null
  readonly seconds: number
  readonly output: string
  readonly seen?: UserSeen | undefined
  readonly names?: NamesSeen | undefined
}

/**
 * Why there is no answer from the gate.
 * `unreachable`: nothing was sent. `identity`: the host key or our key was refused, stop the lane (T04).
 * `lost`: the line broke after the request was sent, so the outcome is unknown.
 */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly kind: 'unreachable' | 'identity' | 'lost'

  constructor(kind: HostError['kind'], message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}
