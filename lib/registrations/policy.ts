/** Hours that a registration lives from its creation, whatever becomes of it (security.md 2.1, T27). */
export const lifeHours = 48
/** Undecided registrations at a time, where the setting says nothing else (registrations.md). */
export const usualPendingCap = 10_000
/** Seconds after which somebody whom the cap turned away may try again. */
export const capRetrySeconds = 3600
/** Wrong tokens for one rid in a quarter of an hour after which the answer is 429 (security.md 2.1). */
export const wrongTokens = { limit: 10, windowSeconds: 15 * 60 } as const
/** Times that one registration can have its account or a password made (T25), or a question or a new decision (T21). */
export const shares = {
  making: { limit: 10, windowSeconds: 3600 },
  asking: { limit: 10, windowSeconds: 3600 },
} as const
/** Characters of what an asker writes for the reviewers, of an answer, and of a note or question of staff. */
export const longestText = 2000
/** Notes that one registration keeps. */
export const mostNotes = 50
/** Earlier registrations that staff are shown. */
export const mostHistory = 20
/** Registrations that are counted before one: a longer queue is told as this long, so that nobody waits for the count. */
export const mostAhead = 100
/** Days that the bare outcome of a registration is remembered under keyed hashes, so that staff see who comes back. */
export const traceDays = 30
/** Hours after which managers hear that a registration still waits. */
export const digestHours = 24
/** Hours from one such mail to the next. */
export const digestPauseHours = 24
/** Hours that the Matrix server may be silent before the task is parked and staff are told. */
export const matrixPatienceHours = 1
/** Minutes after which a parked task of a registration is tried again by itself. */
export const parkedRetryMinutes = 60
/** Days that a parked task of a registration keeps its sealed password (registrations.md). */
export const parkedDays = 7
/** Registrations that one run of the sweeper or of the re-seal job takes up. */
export const sweepLimit = 200
/** Mails that asking can have sent to one address in an hour; like the reset links of one account (security.md 2.1). */
export const letterLimit = { limit: 3, windowSeconds: 3600 } as const
