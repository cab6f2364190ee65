import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from 'mongodb'
import { newClient } from '../support/call.ts'
import { newToken } from '../support/people.ts'
import type { Bench } from './benchmark.ts'
import { wishFor } from './create-user.ts'
import { untilFinished } from './ends.ts'
import type { BenchGatehouse } from './gatehouse.ts'
import { yieldToOthers } from './host-priority.ts'
import { percentile } from './measure.ts'
import { factRow, judgedRow, milliseconds, type Row } from './table.ts'

const most = 2
const clients = 200
// One command at a time: a thousand of them take minutes, on a busy machine many.
const longestWaitSeconds = 3600

interface Size {
  readonly requests: number
  readonly seconds: number
  readonly sample: number
}

/**
 * 1,000 requests for accounts in a minute over HTTP, while the queue works; before and after that half as many
 * at the same rate where no worker runs. The host is another machine than the API's, so it yields to the rest here.
 */
export async function burst({ quick, gatehouse, say }: Bench): Promise<readonly Row[]> {
  const size: Size = quick
    ? { requests: 100, seconds: 6, sample: 10 }
    : { requests: 1000, seconds: 60, sample: 50 }
  const half = { ...size, requests: size.requests / 2, seconds: size.seconds / 2 }
  const idle = await gatehouse()
  const working = await gatehouse()
  const host = await yieldToOthers(working)
  const before = await send(idle, 'before', half)
  await working.startWorkers()
  const loaded = await send(working, 'loaded', size)
  const known = await countKept(working.db, loaded)
  say(`${size.sample} of ${size.requests} accounts are awaited`)
  const ended = await countEnded(working, loaded, size.sample)
  await working.stopWorkers()
  const after = await send(idle, 'after', half)
  const accepted = loaded.filter(({ status }) => status === 201).length
  const failed = [...before, ...loaded, ...after].filter(({ status }) => status >= 500).length
  const name = `${size.requests} create_user in ${size.seconds} s`
  return [
    factRow(`${name}: answers of 500 and more`, '0', String(failed)),
    factRow(`${name}: accepted`, String(size.requests), String(accepted)),
    factRow(`${name}: accepted ones in the database`, String(accepted), String(known)),
    factRow(`${name}: of a sample, ended well`, String(size.sample), String(ended)),
    delayRow(`${name} (${host})`, loaded, [...before, ...after]),
  ]
}

interface Answer {
  readonly username: string
  readonly status: number
  readonly taskId: string
  readonly milliseconds: number
}

// Sent at fixed times, however long the answers take, and measured from those times.
async function send(
  { port, world }: BenchGatehouse,
  prefix: string,
  { requests, seconds }: Size,
): Promise<readonly Answer[]> {
  const token = await newToken(world, 'signup.site', 'service')
  // A connection that is kept may be ended by the server in the moment in which the next request goes out.
  const client = newClient(port, false)
  const began = performance.now()
  const sendOne = async (at: number): Promise<Answer> => {
    const due = began + (at * seconds * 1000) / requests
    await sleep(Math.max(0, due - performance.now()))
    const username = `${prefix}${at}`
    const from = `203.0.113.${at % clients}`
    const answer = await client.call('POST', '/create_user', {
      ...{ token, from },
      body: wishFor(username),
    })
    const took = performance.now() - due
    return { username, status: answer.status, taskId: answer.body?.task_id, milliseconds: took }
  }
  try {
    return await Promise.all(Array.from({ length: requests }, (_, at) => sendOne(at)))
  } finally {
    client.close()
  }
}

/** Accepted requests whose account and task are both in the database. */
async function countKept(db: Db, answers: readonly Answer[]): Promise<number> {
  const accepted = answers.filter(({ status }) => status === 201)
  const heldName = { $in: accepted.map(({ username }) => username) }
  const ids = new Set<unknown>()
  for (const collection of ['tasks_queue', 'logs']) {
    const found = db.collection(collection).find({}, { projection: { _id: 1 } })
    for await (const { _id } of found) ids.add(_id)
  }
  const names = new Set<unknown>()
  for await (const account of db.collection('accounts').find({ heldName }))
    names.add(account['username'])
  return accepted.filter(({ username, taskId }) => names.has(username) && ids.has(taskId)).length
}

/** Of accepted requests spread over the whole time, those whose task ended well. */
async function countEnded(
  gatehouse: BenchGatehouse,
  answers: readonly Answer[],
  sample: number,
): Promise<number> {
  const accepted = answers.filter(({ status }) => status === 201)
  const every = Math.max(1, Math.floor(accepted.length / sample))
  const chosen = accepted.filter((_, at) => at % every === 0).slice(0, sample)
  const until = performance.now() + longestWaitSeconds * 1000
  const ends: boolean[] = []
  for (const { taskId } of chosen) {
    const secondsLeft = Math.max(1, (until - performance.now()) / 1000)
    const ending = untilFinished(gatehouse, taskId, secondsLeft)
    ends.push(
      await ending.then(
        () => true,
        () => false,
      ),
    )
  }
  return ends.filter(Boolean).length
}

function delayRow(name: string, loaded: readonly Answer[], idle: readonly Answer[]): Row {
  const p99 = (answers: readonly Answer[]) =>
    percentile(
      answers.map((answer) => answer.milliseconds),
      0.99,
    )
  const [busy, quiet] = [p99(loaded), p99(idle)]
  return judgedRow({
    what: `${name}: p99 while the queue works / with the workers stopped`,
    most,
    value: busy / quiet,
    sides: `${milliseconds(busy)} / ${milliseconds(quiet)}`,
  })
}
