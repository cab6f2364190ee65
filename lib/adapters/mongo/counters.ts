import type { Counters } from '../../ports.ts'
import { failuresKeptUntil, lastTry, waitSecondsAfter } from '../../sessions/policy.ts'
import type { Collections, CounterDocument, Scope } from './collections.ts'
import { brokenKey } from './errors.ts'
import { upserted, upsertingAgain } from './upserted.ts'

// By number of failures, so that the update can look its wait up.
const waits = Array.from({ length: lastTry + 1 }, (_, failures) => waitSecondsAfter(failures))

/** Counters in MongoDB: each count is one atomic update. */
export function mongoCounters({ collections, run }: Scope): Counters {
  const { counters } = collections
  return {
    count: (key, windowSeconds, now) =>
      run(() => countInWindow(counters, { key, windowSeconds, now })),
    tryOnce: (key, now) => run(() => tryOnce(counters, key, now)),
    makeKnown: (key, endsAt) =>
      run(async () => {
        const known = { $set: { value: 1, endsAt } }
        await counters.updateOne({ _id: `known:${key}` }, known, { upsert: true })
      }),
    isKnown: (key, now) =>
      run(async () => {
        // The database removes one only some time after its end.
        const mark = { _id: `known:${key}`, endsAt: { $gt: now } }
        return (await counters.findOne(mark)) !== null
      }),
    forget: (key) =>
      run(async () => {
        await counters.deleteOne({ _id: key })
      }),
    forgetAll: (prefix) =>
      run(async () => {
        // A range of the index: keys are plain ASCII, so none that begins like this comes after DEL.
        await counters.deleteMany({ _id: { $gte: prefix, $lt: `${prefix}\u007f` } })
      }),
  }
}

async function countInWindow(
  counters: Collections['counters'],
  { key, windowSeconds, now }: { key: string; windowSeconds: number; now: Date },
) {
  const length = windowSeconds * 1000
  const window = Math.floor(now.getTime() / length)
  const endsAt = new Date((window + 1) * length)
  const id = `${key}:${window}`
  const document = await upsertingAgain(() =>
    counters.findOneAndUpdate(
      { _id: id },
      { $inc: { value: 1 }, $setOnInsert: { endsAt } },
      { upsert: true, returnDocument: 'after' },
    ),
  )
  const { value } = await counted(counters, id, document)
  return { value, endsAt }
}

// Counted before it is judged, in one update, so that parallel guesses cannot share a free try (T09).
async function tryOnce(
  counters: Collections['counters'],
  key: string,
  now: Date,
): ReturnType<Counters['tryOnce']> {
  const failures = { $add: [{ $ifNull: ['$value', 0] }, 1] }
  const waitSeconds = { $arrayElemAt: [waits, { $min: ['$value', lastTry] }] }
  const update = [
    { $set: { value: failures, endsAt: failuresKeptUntil(now) } },
    { $set: { retryAt: { $dateAdd: { startDate: now, unit: 'second', amount: waitSeconds } } } },
  ]
  const free = { _id: key, retryAt: { $not: { $gt: now } } }
  try {
    const document = await counters.findOneAndUpdate(free, update, {
      upsert: true,
      returnDocument: 'after',
    })
    const { value } = await counted(counters, key, document)
    return { failures: value }
  } catch (error) {
    if (brokenKey(error) === undefined) throw error
    // The upsert tried to insert: the key is blocked, or another first try was faster.
    const known = await counters.findOne({ _id: key })
    if (!known?.retryAt || known.retryAt <= now) return tryOnce(counters, key, now)
    return { retryAt: known.retryAt, failures: known.value }
  }
}

// Of two first upserts at once, SecantusDB 0.5.3 counts both and gives only one of them the document.
async function counted(
  counters: Collections['counters'],
  id: string,
  document: CounterDocument | null,
): Promise<CounterDocument> {
  return upserted(document ?? (await counters.findOne({ _id: id })))
}
