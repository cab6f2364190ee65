import type { Pace } from '../../ports.ts'
import { durationsKept } from '../../queue/policy.ts'
import type { Lane, LaneState, Task, TaskQueue } from '../../queue/queue.ts'
import { type Scope, toTask } from './collections.ts'
import { upserted, upsertingAgain } from './upserted.ts'

type LaneMethods = Pick<
  TaskQueue,
  | 'promote'
  | 'noteRing'
  | 'findToRing'
  | 'position'
  | 'heldUp'
  | 'durations'
  | 'laneState'
  | 'secondsClosed'
  | 'secondsHeld'
  | 'closeLane'
  | 'markLaneTold'
  | 'openLane'
  | 'pause'
  | 'resume'
>

const now = '$$NOW'
// What a lane keeps while the other side does not answer.
const marksOfClosed = { closedUntil: 1, misses: 1, isTold: 1 } as const

/** What concerns a lane as a whole, in MongoDB. */
export function mongoLanes(scope: Scope): LaneMethods {
  const { collections, tx, run } = scope
  const { queue, logs, lanes } = collections
  return {
    promote: (lane) =>
      run(async () => {
        const due = {
          lane,
          status: 'pending' as const,
          notBefore: { $exists: true },
          $expr: { $lte: ['$notBefore', now] },
        }
        const ready = [{ $set: { readyIn: lane } }, { $unset: ['notBefore'] }]
        return (await queue.updateMany(due, ready, tx)).modifiedCount
      }),
    noteRing: (id) =>
      run(async () => {
        const noted = await queue.findOneAndUpdate(
          { _id: id },
          { $inc: { ring: 1 } },
          { returnDocument: 'after', ...tx },
        )
        return noted?.ring ?? 0
      }),
    findToRing: (lane) => run(() => findToRing(scope, lane)),
    position: (task) => run(() => position(scope, task)),
    heldUp: (task, at) => run(() => heldUp(scope, task, at)),
    durations: (action) =>
      run(async () => {
        const ended = await logs
          .find({ action, status: 'finished' }, tx)
          .sort({ finishedAt: -1 })
          .limit(durationsKept)
          .project<Pick<Task, 'startedAt' | 'finishedAt'>>({ startedAt: 1, finishedAt: 1 })
          .toArray()
        return ended.flatMap(({ startedAt, finishedAt }) =>
          startedAt && finishedAt ? [(finishedAt.getTime() - startedAt.getTime()) / 1000] : [],
        )
      }),
    laneState: (lane) => run(() => laneState(scope, lane)),
    secondsClosed: (lane) => run(() => secondsClosed(scope, lane)),
    secondsHeld: (lane) => run(() => secondsHeld(scope, lane)),
    closeLane: (lane, waits) => run(() => closeLane(scope, lane, waits)),
    markLaneTold: (lane) => run(() => markLaneTold(scope, lane)),
    openLane: (lane) =>
      run(async () => {
        const closed = { _id: lane, misses: { $gt: 0 } }
        await lanes.updateOne(closed, { $unset: marksOfClosed }, tx)
      }),
    pause: (lane, pausedBecause) =>
      run(async () => {
        await lanes.updateOne({ _id: lane }, { $set: { pausedBecause } }, { upsert: true, ...tx })
      }),
    resume: (lane) =>
      run(async () => {
        const marks = { pausedBecause: 1, ...marksOfClosed } as const
        await lanes.updateOne({ _id: lane }, { $unset: marks }, { upsert: true, ...tx })
      }),
  }
}

async function secondsClosed({ collections: { lanes }, tx }: Scope, lane: Lane) {
  const isShut = [{ pausedBecause: { $exists: true } }, { $expr: { $gt: ['$closedUntil', now] } }]
  const shut = await lanes.findOne({ _id: lane, $or: isShut }, tx)
  if (shut === null) return 0
  return shut.pausedBecause === undefined ? secondsUntil(shut.closedUntil) : null
}

async function secondsHeld({ collections: { queue }, tx }: Scope, lane: Lane) {
  const isHeld = { $expr: { $gt: ['$lease.until', now] } }
  const held = await queue.find({ lane, status: 'running', ...isHeld }, tx).toArray()
  return Math.max(0, ...held.map(({ lease }) => secondsUntil(lease?.until)))
}

// The database's clock has said that it is not yet; how long, this clock may tell, which can be minutes off.
function secondsUntil(date: Date | undefined): number {
  /* v8 ignore next -- @preserve: what was found by its date has one */
  return Math.max(1, ((date?.getTime() ?? 0) - Date.now()) / 1000)
}

async function closeLane(
  { collections: { lanes } }: Scope,
  lane: Lane,
  { first, longest }: Pace['probeSeconds'],
) {
  const doubled = { $multiply: [first * 1000, { $pow: [2, { $subtract: ['$misses', 1] }] }] }
  const wait = { $min: [longest * 1000, doubled] }
  const update = [
    { $set: { misses: { $min: [20, { $add: [{ $ifNull: ['$misses', 0] }, 1] }] } } },
    { $set: { closedUntil: { $dateAdd: { startDate: now, unit: 'millisecond', amount: wait } } } },
  ]
  const options = { upsert: true, returnDocument: 'after' } as const
  const closed = upserted(
    await upsertingAgain(() => lanes.findOneAndUpdate({ _id: lane }, update, options)),
  )
  const misses = Number(closed.misses)
  const seconds = Math.min(longest, first * 2 ** (misses - 1))
  return { seconds, misses, isTold: closed.isTold === true }
}

async function markLaneTold({ collections: { lanes }, tx }: Scope, lane: Lane): Promise<boolean> {
  const untold = { _id: lane, misses: { $gt: 0 }, isTold: { $exists: false } }
  return (await lanes.updateOne(untold, { $set: { isTold: true } }, tx)).modifiedCount === 1
}

async function findToRing(scope: Scope, lane: Lane) {
  if ((await secondsClosed(scope, lane)) !== 0) return undefined
  const { queue } = scope.collections
  const running = { lane, status: 'running' as const }
  if (await queue.findOne({ ...running, $expr: { $gt: ['$lease.until', now] } })) return undefined
  const task =
    (await queue.findOne(running)) ??
    (await queue.findOne({ readyIn: lane }, { sort: { timestamp: 1, _id: 1 } }))
  return task === null ? undefined : { id: task._id, ring: task.ring, resource: task.resource }
}

function position({ collections: { queue }, tx }: Scope, task: Task): Promise<number> {
  const unfinished = { lane: task.lane, status: { $in: ['pending' as const, 'running' as const] } }
  const { id: _id, timestamp } = task
  const isBefore = [{ timestamp: { $lt: timestamp } }, { timestamp, _id: { $lt: _id } }]
  return queue.countDocuments({ ...unfinished, $or: isBefore }, tx)
}

async function heldUp({ collections: { queue, lanes }, tx }: Scope, task: Task, at: Date) {
  const [lane, stored] = await Promise.all([
    lanes.findOne({ _id: task.lane }, tx),
    queue.findOne({ _id: task.id }, { ...tx, projection: { notBefore: 1 } }),
  ])
  if (lane?.pausedBecause !== undefined) return null
  const until = [lane?.closedUntil, stored?.notBefore].map((date) => date?.getTime() ?? 0)
  return Math.max(0, ...until.map((time) => (time - at.getTime()) / 1000))
}

async function laneState({ collections: { queue, lanes } }: Scope, lane: Lane): Promise<LaneState> {
  const [state, pending, running, parked, oldest] = await Promise.all([
    lanes.findOne({ _id: lane }),
    queue.countDocuments({ lane, status: 'pending' }),
    queue.countDocuments({ lane, status: 'running' }),
    queue.find({ lane, status: 'parked' }).sort({ timestamp: 1 }).toArray(),
    queue.findOne({ lane, status: 'pending' }, { sort: { timestamp: 1 } }),
  ])
  const blocked = await Promise.all(
    parked.map(async ({ resource }) => ({
      resource,
      waiting: await queue.countDocuments({ lane, resource, status: 'pending' }),
    })),
  )
  return {
    lane,
    paused: state?.pausedBecause !== undefined,
    reason: state?.pausedBecause ?? null,
    pending,
    running,
    parked: parked.map(toTask),
    blocked,
    oldest: oldest?.timestamp ?? null,
  }
}
