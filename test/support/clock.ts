import { systemClock } from '../../lib/adapters/system.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Clock } from '../../lib/ports.ts'

/** A clock that stands still until it is told otherwise. Waiting takes real time all the same. */
export interface FrozenClock extends Clock {
  advance(milliseconds: number): void
  set(at: Date): void
}

/** A clock that stands at the given time. */
export async function newFrozenClock(start: Date): Promise<FrozenClock> {
  const { clock: real } = await openPorts({ clock: systemClock }, newWorld({}))
  let at = start.getTime()
  return {
    now: () => new Date(at),
    sleep: real.sleep,
    every: real.every,
    advance: (milliseconds) => {
      at += milliseconds
    },
    set: (date) => {
      at = date.getTime()
    },
  }
}
