/** How often something may be asked, and by what it is counted. */
export interface RateLimit {
  readonly limit: number | 'createUserPerHour'
  readonly windowSeconds: number
  readonly countedBy: 'client' | 'account' | 'username'
  /** Whether all clients of an IPv6 site share a limit too: where what is asked for costs others, and nobody has to be let in. */
  readonly perSite?: true
}

const minute = 60
const hour = 60 * minute

/** Limits by name; numbers from security.md 2.1, where each has its reason, unless one is given here. */
export const rateLimits = {
  sign_in: { limit: 20, windowSeconds: 5 * minute, countedBy: 'client' },
  reset_request_client: { limit: 10, windowSeconds: hour, countedBy: 'client', perSite: true },
  reset_request_account: { limit: 3, windowSeconds: hour, countedBy: 'username' },
  reset_use: { limit: 30, windowSeconds: 5 * minute, countedBy: 'client' },
  // A sign-up site asks for all its visitors from one address: forty of them, every 2 seconds (T25).
  read_task: { limit: 1200, windowSeconds: minute, countedBy: 'client' },
  submit_registration: { limit: 3, windowSeconds: hour, countedBy: 'client', perSite: true },
  create_user: { limit: 'createUserPerHour', windowSeconds: hour, countedBy: 'account' },
} as const satisfies Record<string, RateLimit>

/** As how many clients all of an IPv6 site (a /48, RFC 6177) are counted: many households, or one with a tunnel (T21, T25). */
export const clientsOfSite = 16

/** Name of a limit. */
export type RateClass = keyof typeof rateLimits

/** Bytes of a JSON body (contracts/README.md). */
export const jsonBodyLimitBytes = 16 * 1024
/** Bytes of a form body (contracts/README.md). */
export const formBodyLimitBytes = 8 * 1024
/** Levels of objects and lists in a body (contracts/README.md). */
export const bodyDepthLimit = 5
/** Keys of a body, at all levels together (T25). */
export const bodyKeyLimit = 100
