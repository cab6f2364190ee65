import { systemClock } from '../../lib/adapters/system.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Clock } from '../../lib/ports.ts'
import { needsSources } from './deployed.ts'

/** A clock that stands still until it is told otherwise. Waiting takes real time all the same. */
export interface FrozenClock extends Clock {
  advance(milliseconds: number): void
  set(at: Date): void
}

/** A clock that stands at the given time. */
export async function newFrozenClock(start: Date): Promise<FrozenClock> {
  const { clock: real } = await openPorts({ clock: systemClock }, newWorld({}))
  let at = start.getTime()
  const needs = () => needsSources('its clock is moved by hand')
  return {
    now: () => new Date(at),
    sleep: real.sleep,
    every: real.every,
    advance: (milliseconds) => {
      needs()
      at += milliseconds
    },
    set: (date) => {
      needs()
      at = date.getTime()
    },
  }
}
