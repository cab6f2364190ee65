import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { InvocationContext } from '../../lib/http/event.ts'

/** A worker as the local parts call it. */
export type Invoke = (event: unknown, context: InvocationContext) => Promise<unknown>

/** What Lambda tells a function about this one call of it. */
export function newInvocation(timeoutSeconds: number): InvocationContext {
  const endsAt = performance.now() + timeoutSeconds * 1000
  return {
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
  }
}

/** Why a call of a function did not come to its end. */
export class InvocationTimeout extends Error {
  override readonly name = 'InvocationTimeout'
}

/**
 * Waits for a call as long as its time lasts; then throws `InvocationTimeout`. Lambda would freeze the
 * function at that moment, which cannot be done here: it goes on unheard.
 */
export async function withinTime<Result>(call: Promise<Result>, seconds: number): Promise<Result> {
  const inTime = new AbortController()
  const tooLate = sleep(seconds * 1000, undefined, { signal: inTime.signal }).then(() => {
    throw new InvocationTimeout(`The function took longer than ${seconds} seconds.`)
  })
  tooLate.catch(() => undefined)
  try {
    return await Promise.race([call, tooLate])
  } finally {
    inTime.abort()
  }
}
