import { type Diary, noteExchange } from '../checker/diary.ts'
import type { CallAnswer, CallOptions } from '../support/call.ts'
import type { Place } from './place.ts'

/** Ears of the checker. */
export interface Ears {
  readonly diary: Diary
  expectTask(taskId: string): void
}

/** Somebody who asks a place for something while the checker listens. */
export interface Client extends Ears {
  readonly place: Place
}

/** One request and its answer, written down. */
export async function exchange(
  { place, diary, expectTask }: Client,
  method: string,
  path: string,
  options: CallOptions,
): Promise<CallAnswer> {
  const askedMs = Date.now()
  const sent = { from: newAddress(), ...options }
  const answer = await place.call(method, path, sent)
  noteExchange(diary, { method, path, options: sent, answer, askedMs, answeredMs: Date.now() })
  if (answer.body?.task_id) expectTask(answer.body.task_id)
  return answer
}

let clients = 0

// Everybody comes from an address of their own, so that no limit of one client is met.
function newAddress(): string {
  clients += 1
  return `198.18.${Math.floor(clients / 250) % 250}.${clients % 250}`
}

/** An answer in few words. */
export function toText({ status, body }: CallAnswer): string {
  const code: unknown = body?.code
  return code === undefined || code === status ? String(status) : `${status}/${code}`
}
