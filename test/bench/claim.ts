import type { Collection, Db } from 'mongodb'
import type { TaskDocument } from '../../lib/adapters/mongo/collections.ts'
import type { Database } from '../../lib/ports.ts'
import { accept, plainTask } from '../support/workers.ts'
import type { Bench } from './benchmark.ts'
import { measurePairs, timed } from './measure.ts'
import { factRow, plainRow, type Row, ratioRow } from './table.ts'
import { explain, isRealMongo, openWatched, type WatchedDatabase } from './watched.ts'

const few = 100
const delayedOnes = 10_000
const mostRatio = 1.2
const leaseSeconds = 30

/** Claiming the oldest task of a short queue, of a long one, and of one behind many that wait for their time. */
export async function claim({ quick, gatehouse, say }: Bench): Promise<readonly Row[]> {
  const { databaseUri, database: kind } = await gatehouse()
  const many = quick ? 10_000 : 100_000
  const queues: Queue[] = []
  try {
    for (const filling of [
      { name: 'few', ready: few, delayed: 0 },
      { name: 'many', ready: many, delayed: 0 },
      { name: 'delayed', ready: many, delayed: delayedOnes },
    ]) {
      say(`filling a queue: ${filling.ready} waiting, ${filling.delayed} delayed`)
      queues.push(await openQueue(databaseUri, filling))
    }
    const looks: Row[] = []
    for (const queue of queues) looks.push(await lookRow(queue, kind))
    return [...looks, ...(await timeRows(queues, { quick, kind }))]
  } finally {
    for (const { client } of queues) await client.close()
  }
}

interface Filling {
  readonly name: string
  readonly ready: number
  readonly delayed: number
}

interface Queue extends Filling, WatchedDatabase {}

async function openQueue(databaseUri: string, filling: Filling): Promise<Queue> {
  const watched = await openWatched(databaseUri, `claim_${filling.name}`, ['findAndModify'])
  await fill(watched, filling)
  return { ...filling, ...watched }
}

const batch = 5000

async function fill(
  { db, database }: Pick<Queue, 'db' | 'database'>,
  { ready, delayed }: Filling,
): Promise<void> {
  const queue = db.collection<TaskDocument>('tasks_queue')
  const beside = (marks: Partial<TaskDocument>) => {
    const { id, ...task } = plainTask()
    return { ...task, _id: id, headOf: `host ${task.resource}`, ...marks }
  }
  // The delayed ones are older than all others, so that a search by age alone would meet them first.
  const notBefore = new Date(Date.now() + 3_600_000)
  await insert(queue, delayed, (model) => ({ ...without(model), ...beside({ notBefore }) }))
  await insert(queue, ready, (model) => ({ ...model, ...beside({ readyIn: 'host' }) }))

  async function insert(
    into: typeof queue,
    count: number,
    toDocument: (model: TaskDocument) => TaskDocument,
  ): Promise<void> {
    if (count === 0) return
    const model = await storedModel(database, into)
    for (let at = 0; at < count; at += batch) {
      const length = Math.min(batch, count - at)
      await into.insertMany(Array.from({ length }, () => toDocument(model)))
    }
  }
}

// As the queue itself stores one; it does not stay.
async function storedModel(
  database: Database,
  queue: Collection<TaskDocument>,
): Promise<TaskDocument> {
  const task = plainTask()
  await accept(database, task)
  const model = await queue.findOneAndDelete({ resource: task.resource })
  if (model === null) throw new Error('The queue did not keep its first task.')
  return model
}

function without({ readyIn, ...model }: TaskDocument): TaskDocument {
  return model
}

async function lookRow({ db, sent, database, ready, delayed }: Queue, kind: string): Promise<Row> {
  const what = `claim among ${ready} waiting${delayed > 0 ? ` behind ${delayed} delayed` : ''}`
  sent.length = 0
  await takeAndGiveBack(db, database)
  const { findAndModify, query, sort, update } = sent.at(-1) ?? {}
  const command = { findAndModify, query, sort, update, new: true }
  const looked = await explain(db, command)
  const aim = 'keys 1, documents 1'
  if (looked === undefined) return plainRow(what, aim, `${kind} does not say`, 'not judged')
  return factRow(what, aim, `keys ${looked.keys}, documents ${looked.documents}`)
}

async function takeAndGiveBack(db: Db, database: Database): Promise<number> {
  let id = ''
  const took = await timed(async () => {
    id = (await database.tasks.claim('host', 'bench', leaseSeconds))?.id ?? ''
  })
  const back = { $set: { status: 'pending', readyIn: 'host', lease: null } } as const
  const given = await db.collection<TaskDocument>('tasks_queue').updateOne({ _id: id }, back)
  if (given.modifiedCount !== 1) throw new Error('Nothing was claimed.')
  return took
}

async function timeRows(
  [first, ...others]: readonly Queue[],
  { quick, kind }: { readonly quick: boolean; readonly kind: string },
): Promise<readonly Row[]> {
  if (first === undefined) return []
  const isReal = isRealMongo(kind)
  const rounds = isReal && !quick ? 60 : 10
  const rows: Row[] = []
  for (const other of others) {
    const pairs = await measurePairs(rounds, {
      measured: () => takeAndGiveBack(other.db, other.database),
      bare: () => takeAndGiveBack(first.db, first.database),
    })
    const behind = other.delayed > 0 ? ` behind ${other.delayed} delayed` : ''
    const row = ratioRow(`claim's time, ${other.ready}${behind} / ${few}`, mostRatio, pairs)
    rows.push(isReal ? row : { ...row, verdict: 'not judged: no real mongod' })
  }
  return rows
}
