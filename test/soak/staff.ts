/** Staff who look after the queue: they resume lanes that stand still and retry tasks that are parked. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ControlUses, queueStatus, resumeLane, retryTask } from '../../lib/queue/control.ts'
import { openControl } from '../support/control.ts'
import type { Place } from './place.ts'

/** Staff at work. */
export interface Staff {
  readonly done: { resumed: number; retried: number }
  stop(): Promise<void>
}

const pauseMs = 1000
const nobody = () => undefined

/** Staff who look once a second, past every proxy. */
export async function startStaff({ staffWorld, database }: Place): Promise<Staff> {
  const uses = await openControl(staffWorld, { database, log: { info: nobody, error: nobody } })
  const done = { resumed: 0, retried: 0 }
  let isOn = true
  const working = (async () => {
    while (isOn) {
      await lookAfter(uses, done)
      await sleep(pauseMs)
    }
  })()
  return {
    done,
    stop: () => {
      isOn = false
      return working
    },
  }
}

async function lookAfter(uses: ControlUses, done: Staff['done']): Promise<void> {
  for (const { lane, paused, parked } of await queueStatus(uses)) {
    if (paused) {
      await resumeLane(uses, lane)
      done.resumed += 1
    }
    for (const { id } of parked) {
      await retryTask(uses, id)
      done.retried += 1
    }
  }
}
