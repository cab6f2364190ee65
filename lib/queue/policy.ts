/** Attempts that a task remembers. */
export const historyLimit = 50
/** Finished tasks of an action that the expected seconds are computed from. */
export const durationsKept = 50
/** Wait before the first new try when the other side does not answer; doubles to the longest (security.md 3.4). */
export const firstProbeSeconds = 5
/** Longest wait between two tries to reach the other side. */
export const longestProbeSeconds = 300
/** Unexpected ends of one task after which staff must look at it (security.md 3.4). */
export const attemptsBeforeParking = 3
/** Leases of one task that ended by themselves after which staff must look at it; a database that is away ends them too. */
export const workerEndsBeforeParking = 10
/** Waits after the first, second and third unexpected end of a task, in seconds (security.md 3.4). */
export const retrySeconds: readonly number[] = [10, 60, 300]
/** Wait when another YunoHost operation holds the host's lock; not counted as an attempt. */
export const busySeconds = 15
/** A worker stops claiming when it has less time left than this, in seconds (design.md 4). */
export const reserveSeconds = 20
/** Seconds that a worker holds a task before another may take it (security.md 3.4). */
export const leaseSeconds = 30
/** Seconds after which a living worker renews its lease and hides its message again. */
export const renewSeconds = 10
/** Seconds that a message stays hidden at a time while its worker lives. */
export const hiddenSeconds = 30
/** Longest time that the gate is asked to wait for the end of a command in one call. */
export const attachSeconds = 20
/** Waits between tries of a mail or chat message, in seconds; the last one repeats. */
export const deliverySeconds: readonly number[] = [10, 60, 300, 900, 3600]
/** After this time an undelivered message is given up, and staff hear of a mail (security.md FI-24, FI-25). */
export const deliveryHours = 24
/** Minutes after which staff hear that a task on the host is still going on. */
export const slowMinutes = 30
/** Tries to reach the other side, 5 s to 5 min apart, after which staff hear of it: about 5 minutes. */
export const missesBeforeTelling = 7
/** Minutes that a task of an unknown action waits for a newer worker, as during a deployment (FI-31). */
export const unknownActionMinutes = 15
