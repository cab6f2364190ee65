import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from 'mongodb'
import { isFinal } from './lives.ts'
import type { Sighting } from './run-record.ts'

/** Watches the tasks of a database from outside and writes down every change of a status. */
export interface Sampler {
  readonly sightings: readonly Sighting[]
  /** When the machine was too slow to rely on a lease, or on an answer in time. */
  readonly stalls: readonly Stall[]
  /** Looks for tasks by these ids too, however fast they end. */
  expect(taskId: string): void
  /** Looks once more, at all there is. */
  stop(): Promise<void>
}

/** From when to when, in milliseconds. */
export interface Stall {
  readonly beganMs: number
  readonly endedMs: number
}

interface Known {
  status: string
  seenMs: number
}

interface Watched {
  readonly db: Db
  readonly known: Map<string, Known>
  readonly expected: Set<string>
  readonly sightings: Sighting[]
  readonly stalls: Stall[]
  lookedMs: number
  lookedAtLogsMs: number
}

interface StatusDocument {
  readonly _id: string
  readonly status: string
}

const pauseMs = 25
const logsEveryMs = 500
// Half of the shortest lease and time-out of the fast profile (infra/local/fast-pace.ts); a look takes some 50 ms.
const stallMs = 500

/** Starts watching; a sampler that is not stopped ends with its database's client. */
export function startSampler(db: Db): Sampler {
  const now = Date.now()
  const watched: Watched = {
    ...{ db, known: new Map(), expected: new Set() },
    ...{ sightings: [], stalls: [] },
    ...{ lookedMs: now, lookedAtLogsMs: now },
  }
  let isOn = true
  const watching = (async () => {
    while (isOn) {
      await look(watched, Date.now() - watched.lookedAtLogsMs > logsEveryMs)
      await sleep(pauseMs)
    }
  })()
  // Whoever stops it hears of it.
  watching.catch(() => undefined)
  return {
    ...{ sightings: watched.sightings, stalls: watched.stalls },
    expect: (taskId) => watched.expected.add(taskId),
    stop: async () => {
      isOn = false
      await watching
      await look(watched, true)
    },
  }
}

async function look(watched: Watched, isWhole: boolean): Promise<void> {
  const { db, known, expected } = watched
  const startMs = Date.now()
  const fields = { projection: { status: 1 } }
  const waiting = await db.collection<StatusDocument>('tasks_queue').find({}, fields).toArray()
  const present = new Set(waiting.map(({ _id }) => _id))
  const left = [...known].filter(([id, { status }]) => !isFinal(status) && !present.has(id))
  const unknown = [...expected].filter((id) => !known.has(id) && !present.has(id))
  const wanted = [...left.map(([id]) => id), ...unknown]
  const filter = isWhole ? {} : { _id: { $in: wanted } }
  const logs = db.collection<StatusDocument>('logs')
  const ended = isWhole || wanted.length > 0 ? await logs.find(filter, fields).toArray() : []
  const endMs = Date.now()
  for (const one of waiting) note(watched, one, { startMs, endMs, unseenMs: watched.lookedMs })
  // Its time in the queue may lie between two looks at all the logs.
  for (const one of ended) note(watched, one, { startMs, endMs, unseenMs: watched.lookedAtLogsMs })
  if (endMs - watched.lookedMs > stallMs) {
    watched.stalls.push({ beganMs: watched.lookedMs, endedMs: endMs })
  }
  watched.lookedMs = startMs
  if (isWhole) watched.lookedAtLogsMs = startMs
}

interface Look {
  readonly startMs: number
  readonly endMs: number
  /** The last moment at which a task that is new now was not there. */
  readonly unseenMs: number
}

function note({ known, sightings }: Watched, { _id, status }: StatusDocument, at: Look): void {
  const before = known.get(_id)
  // Read from the queue a moment before it was read from the logs.
  if (before !== undefined && isFinal(before.status)) return
  if (before?.status !== status) {
    const afterMs = before?.seenMs ?? at.unseenMs
    sightings.push({ taskId: _id, status, afterMs, byMs: at.endMs })
  }
  known.set(_id, { status, seenMs: at.startMs })
}
