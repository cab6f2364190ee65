import type { Filter, UpdateFilter } from 'mongodb'
import { historyLimit } from '../../queue/policy.ts'
import {
  type Claim,
  type Lane,
  LeaseLost,
  type NewTask,
  type Task,
  type TaskQueue,
} from '../../queue/queue.ts'
import { type Scope, type TaskDocument, toTask } from './collections.ts'
import { brokenKey, isOutOfTime } from './errors.ts'
import { mongoLanes } from './lanes.ts'

// The database's own clock decides about leases and delays, so that workers whose clocks differ agree (FI-32).
const now = '$$NOW'
const inSeconds = (seconds: number) => ({
  $dateAdd: { startDate: now, unit: 'millisecond', amount: Math.round(seconds * 1000) },
})

/** The queue and the logs in MongoDB. */
export function mongoTasks(scope: Scope): TaskQueue {
  const { run } = scope
  return {
    ...mongoLanes(scope),
    insert: (task) => run(() => insert(scope, task)),
    find: (id) => run(() => find(scope, id)),
    claim: (lane, owner, leaseSeconds) => run(() => claim(scope, lane, { owner, leaseSeconds })),
    renew: (held, leaseSeconds) =>
      run(() => change(scope, held, [{ $set: { 'lease.until': inSeconds(leaseSeconds) } }])),
    leave: (held) =>
      run(() => change(scope, held, [{ $set: { lease: { owner: null, until: now } } }])),
    markTold: (held) =>
      run(async () => {
        const untold = { ...heldBy(held), isTold: { $exists: false } }
        const told = { $set: { isTold: true as const } }
        return (await scope.collections.queue.updateOne(untold, told, scope.tx)).modifiedCount === 1
      }),
    recordIntent: (held, { intent, step }) =>
      run(() => change(scope, held, { $set: { intent, step } })),
    recordAttempt: (held, attempt) =>
      run(() =>
        change(scope, held, { $push: { history: { $each: [attempt], $slice: -historyLimit } } }),
      ),
    postpone: (held, { delaySeconds, counted, isBegunAnew = false }) =>
      run(() =>
        change(scope, held, [
          {
            $set: {
              status: 'pending',
              lease: null,
              attempts: { $add: ['$attempts', counted ? 1 : 0] },
              ...(isBegunAnew ? { startedAt: null } : {}),
              ...(delaySeconds > 0 ? { notBefore: inSeconds(delaySeconds) } : { readyIn: '$lane' }),
            },
          },
        ]),
      ),
    park: (held, error) => run(() => park(scope, held, error)),
    finish: (held, { status, error, at }) =>
      run(async () => {
        const ended = await moveToLogs(scope, heldBy(held), { status, error, finishedAt: at })
        if (!ended) throw new LeaseLost()
      }),
    retry: (id, by) => run(() => retry(scope, id, by)),
    end: (id, { status, error, at }) =>
      run(() => {
        const notRunning = { _id: id, status: { $in: ['pending' as const, 'parked' as const] } }
        return moveToLogs(scope, notRunning, { status, error, finishedAt: at })
      }),
  }
}

async function park(
  { collections: { queue }, tx }: Scope,
  held: Claim,
  error: string,
): Promise<boolean> {
  const parked = { status: 'parked', lease: null, error, isParkingTold: true } as const
  const before = await queue.findOneAndUpdate(heldBy(held), { $set: parked }, { ...tx })
  if (before === null) throw new LeaseLost()
  return before.isParkingTold !== true
}

async function retry(
  { collections: { queue }, tx }: Scope,
  id: string,
  by: 'staff' | 'sweeper',
): Promise<boolean> {
  const waiting = { status: { $in: ['parked' as const, 'pending' as const] } }
  const marks = { headOf: { $exists: true }, readyIn: { $exists: false } }
  const again = [
    { $set: { status: 'pending', readyIn: '$lane', attempts: 0, error: null, startedAt: null } },
    { $unset: ['notBefore', 'isTold', ...(by === 'staff' ? ['isParkingTold'] : [])] },
  ]
  return (await queue.updateOne({ _id: id, ...waiting, ...marks }, again, tx)).modifiedCount === 1
}

function heldBy({ id, fence }: Claim): Filter<TaskDocument> {
  return { _id: id, fence, status: 'running' }
}

async function insert({ collections: { queue }, tx }: Scope, task: NewTask): Promise<void> {
  const headOf = `${task.lane} ${task.resource}`
  const { id, ...rest } = task
  const document = { ...rest, ...beginning }
  // Writing to the head makes this transaction and the one that ends the head exclude each other:
  // without that, a task could line up behind a head that is just leaving, and wait for ever.
  const touch = { $inc: { followers: 1 } }
  const asHead = { $setOnInsert: { _id: id, ...document, readyIn: task.lane } }
  const written = await queue.updateOne(
    { headOf },
    { ...touch, ...asHead },
    { ...tx, upsert: true },
  )
  if (written.upsertedCount > 0) return
  const head = await queue.findOne({ headOf }, { ...tx, projection: { followers: 1 } })
  await queue.insertOne({ _id: id, ...document, turn: followersOf(head) }, tx)
}

function followersOf(head: Pick<TaskDocument, 'followers'> | null): number {
  /* v8 ignore next -- @preserve: a head has counted since it was stored */
  return head?.followers ?? 0
}

const beginning = {
  version: 1,
  status: 'pending',
  fence: 0,
  step: 0,
  intent: null,
  attempts: 0,
  lease: null,
  ring: 0,
  history: [],
  error: null,
  startedAt: null,
  finishedAt: null,
} as const

async function find({ collections, tx }: Scope, id: string): Promise<Task | undefined> {
  const waiting = await collections.queue.findOne({ _id: id }, tx)
  const document = waiting ?? (await collections.logs.findOne({ _id: id }, tx))
  return document === null ? undefined : toTask(document)
}

async function claim(
  { collections: { queue } }: Scope,
  lane: Lane,
  { owner, leaseSeconds }: { owner: string; leaseSeconds: number },
): Promise<Task | undefined> {
  const lease = { owner, until: inSeconds(leaseSeconds) }
  const take = [
    {
      $set: {
        status: 'running',
        fence: { $add: ['$fence', 1] },
        lease,
        startedAt: { $ifNull: ['$startedAt', now] },
      },
    },
    { $unset: ['readyIn', 'notBefore'] },
  ]
  const abandoned = { lane, status: 'running' as const, $expr: { $lte: ['$lease.until', now] } }
  // A lease that ended by itself had a worker that was killed: the task may be why (security.md 3.1).
  const crashes = { $cond: [{ $eq: ['$lease.owner', null] }, 0, 1] }
  const takeUp = [{ $set: { attempts: { $add: ['$attempts', crashes] } } }, ...take]
  const options = { returnDocument: 'after', maxTimeMS: takeUpMilliseconds } as const
  const left = await queue.findOneAndUpdate(abandoned, takeUp, options).catch(nothingInTime)
  if (left !== null) return toTask(left)
  try {
    const oldest = await queue.findOneAndUpdate({ readyIn: lane }, take, {
      sort: { timestamp: 1, _id: 1 },
      returnDocument: 'after',
    })
    return oldest === null ? undefined : toTask(oldest)
  } catch (error) {
    // Another worker runs a task of this lane: the index says so, not an earlier read.
    if (brokenKey(error) === 'lane') return undefined
    throw error
  }
}

// MongoDB holds the documents of an abandoned transaction for a minute. Until then nobody can take up this task,
// but other tasks of lane post can go on.
const takeUpMilliseconds = 2000

function nothingInTime(error: unknown): null {
  if (isOutOfTime(error)) return null
  throw error
}

async function change(
  { collections: { queue }, tx }: Scope,
  held: Claim,
  update: UpdateFilter<TaskDocument> | Record<string, unknown>[],
): Promise<void> {
  const result = await queue.updateOne(heldBy(held), update, tx)
  if (result.matchedCount !== 1) throw new LeaseLost()
}

async function moveToLogs(
  { collections: { queue, logs }, tx }: Scope,
  filter: Filter<TaskDocument>,
  end: Pick<TaskDocument, 'status' | 'error' | 'finishedAt'>,
): Promise<boolean> {
  const document = await queue.findOneAndDelete(filter, tx)
  if (document === null) return false
  const { headOf } = document
  const { id: _id, ...task } = toTask(document)
  // Secrets end with the task (T03).
  await logs.insertOne({ _id, ...task, ...end, sealed: {}, lease: null }, tx)
  if (headOf === undefined) return true
  const next = { lane: task.lane, resource: task.resource }
  const mark = { $set: { headOf, readyIn: task.lane, followers: followersOf(document) } }
  await queue.findOneAndUpdate(next, mark, { sort: { turn: 1 }, ...tx })
  return true
}
