/** Counters of `lib/http/limits.ts` and of the sign-in throttle. */
export interface Counters {
  /** Adds one to the counter of a fixed window and tells the new value and the end of the window. */
  count(key: string, windowSeconds: number, now: Date): Promise<{ value: number; endsAt: Date }>
  /** Counts a try before it is judged. `retryAt` is set, and nothing is counted, while the key is blocked. */
  tryOnce(key: string, now: Date): Promise<{ retryAt?: Date; failures: number }>
  forget(key: string): Promise<void>
  /** Forgets every key that begins like this. */
  forgetAll(prefix: string): Promise<void>
  /** Remembers this key until then. */
  makeKnown(key: string, until: Date): Promise<void>
  isKnown(key: string, now: Date): Promise<boolean>
}
