/** Life of an access token (security.md 2.1; RFC 8725 wants it short). */
export const accessTokenSeconds = 15 * 60

// Wrong passwords in a row that cost nothing (security.md 2.1).
const freeTries = 5
// Wait after the last free try; each further one doubles it (NIST SP 800-63B allows 30 s to 1 h).
const firstWaitSeconds = 30
// Longest wait between two tries.
const longestWaitSeconds = 60 * 60
/** Failures in a row after which only a mailed link helps (NIST SP 800-63B: at most 100). */
export const lastTry = 100
/** Days that failures in a row are remembered. */
const failuresKeptDays = 30

/** Until when a failure of this moment is remembered, and a client that signs in at it. */
export function failuresKeptUntil(now: Date): Date {
  return new Date(now.getTime() + failuresKeptDays * 86_400_000)
}

/** Seconds to wait after so many failures in a row: none for the first tries, then doubling, in the end for long. */
export function waitSecondsAfter(failures: number): number {
  if (failures < freeTries) return 0
  if (failures >= lastTry) return failuresKeptDays * 86_400
  return Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** (failures - freeTries))
}
