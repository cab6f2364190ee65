/** One entry of the table: what a caller is told, and with which HTTP status. */
interface FailureEntry {
  readonly status: number
  readonly text: string
  /** Number that the seeds' clients know; it travels in the body (RFC 9110, 15 allows 100 to 599 only). */
  readonly legacyCode?: number
}

/** Every failure that a caller can understand. Codes are facts, texts say what is true and what to do next. */
export const failures = {
  // any endpoint
  invalid_input: { status: 400, text: 'The request is not valid.' },
  body_too_large: { status: 400, text: 'The request body is too large.' },
  forbidden: { status: 403, text: 'Your role does not allow this.' },
  internal: {
    status: 500,
    text: 'Something went wrong on our side. Nothing you entered was wrong; please try again later.',
  },
  method_not_allowed: { status: 405, text: 'This address does not answer to that method.' },
  not_found: { status: 404, text: 'There is nothing at this address.' },
  too_many_requests: { status: 429, text: 'Too many requests. Please wait and try again.' },
  unauthenticated: {
    status: 401,
    text: 'A valid access token is required. Sign in and try again.',
  },
  unavailable: {
    status: 503,
    text: 'The service cannot store anything right now. Nothing was kept; please try again in a moment.',
  },

  // accounts
  address_taken: { status: 400, text: 'The recovery address belongs to another account.' },
  bad_credentials: { status: 401, text: 'Bad username or password' },
  display_name_refused: {
    status: 400,
    text: 'This display name cannot be used. Please choose another one.',
  },
  unknown_user: { status: 404, text: 'There is no account with this username.' },
  username_taken: {
    status: 432,
    text: 'This username is already taken. Please choose another one.',
  },

  // passwords
  link_expired: {
    status: 410,
    text: 'This link has expired. Please ask for a new one.',
    legacyCode: 901,
  },
  link_invalid: {
    status: 400,
    text: 'This link is not valid or was used already. Please ask for a new one.',
    legacyCode: 900,
  },
  link_missing: { status: 400, text: 'The link is incomplete: the token is missing.' },
  password_common: {
    status: 400,
    text: 'This password is, or is part of, one of the most used passwords. Please choose another one.',
  },
  password_personal: {
    status: 400,
    text: 'The password contains your name, your address or the name of the community. Please choose another one.',
  },
  password_too_long: {
    status: 400,
    text: 'The password is longer than 72 bytes. Please choose a shorter one.',
  },
  password_too_short: { status: 400, text: 'The password needs at least 8 characters.' },
  password_too_simple: {
    status: 400,
    text: 'The password needs an upper-case letter, a digit and a special character.',
  },
  password_too_weak: {
    status: 400,
    text: 'This server wants stronger passwords. Please choose a longer one, with upper-case and lower-case letters, digits and special characters.',
  },
  password_unprintable: {
    status: 400,
    text: 'The password contains a character that cannot be typed everywhere. Please leave out control characters.',
  },

  // registrations
  nothing_asked: { status: 422, text: 'There is no question that waits for an answer.' },
  password_not_renewable: {
    status: 422,
    text: 'A new password cannot be made here. Please use the one that you were shown, or the link from our mail.',
  },
  registration_claimed: { status: 422, text: 'Somebody else looks after this registration.' },
  registration_decided: { status: 422, text: 'This registration was decided already.' },
  registration_not_approved: { status: 422, text: 'This registration is not approved.' },
  registration_not_rejected: {
    status: 422,
    text: 'Only a rejection can be undone, and this registration is not rejected.',
  },
  registration_open_elsewhere: {
    status: 422,
    text: 'The same address has another open registration by now.',
  },
  registration_underway: {
    status: 422,
    text: 'The account is being made already, or is there.',
  },
  too_many_pending: {
    status: 429,
    text: 'So many people are waiting for a decision that nobody else can ask right now. Please try again later.',
  },
  unknown_registration: { status: 404, text: 'There is no such registration.' },

  // tasks
  task_not_changeable: { status: 409, text: 'The task is not in a state that allows this.' },
  unknown_task: { status: 404, text: 'There is no such task, or it is not yours.' },
} as const satisfies Record<string, FailureEntry>

/** Stable name of a failure; the text may change, the code may not. */
export type FailureCode = keyof typeof failures

/** What a failure may carry besides its code. Nothing here may hold a secret. */
export interface FailureDetails {
  /** Name of the request field that was refused. */
  readonly field?: string
  /** Kind of the rule that the field broke, as the schema names it. */
  readonly rule?: string | undefined
  /** Sentence for people that is more exact than the table's. */
  readonly text?: string
  /** Whole seconds until another try makes sense; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Methods that the address does answer to; sent as `Allow`. */
  readonly allow?: readonly string[]
  readonly cause?: unknown
}

/** Something that a caller can understand and act on. Everything else that is thrown becomes `internal`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: FailureCode
  readonly details: FailureDetails

  constructor(code: FailureCode, details: FailureDetails = {}) {
    super(code, { cause: details.cause })
    this.code = code
    this.details = details
  }
}

/** The refusal of somebody who tried too often, with the whole seconds until they may again, one at least. */
export function tooManyRequests(now: Date, until: Date): Failure {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000)
  return new Failure('too_many_requests', { retryAfterSeconds: Math.max(1, seconds) })
}

/** The table's entry of a failure code. */
export function failureEntry(code: FailureCode): FailureEntry {
  return failures[code]
}
