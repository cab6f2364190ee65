/**
 * Watches one test's Gatehouse from outside, so that the test can end with
 * `expect(await run.verdict()).toEqual([])`.
 */
import { onTestFinished } from 'vitest'
import type { Call } from '../support/call.ts'
import { sharedServers } from '../support/servers.ts'
import { setVisible } from '../support/workers.ts'
import type { TestWorld } from '../support/world.ts'
import { check } from './check.ts'
import {
  beginFault,
  type Diary,
  type FaultMarks,
  marksOfHost,
  marksOfKill,
  marksOfLine,
  newDiary,
  noteExchange,
  noteSecret,
} from './diary.ts'
import { gather, type Outside } from './gather.ts'
import { readQueue } from './queue-contents.ts'
import type { RunRecord } from './run-record.ts'
import { type Sampler, startSampler } from './sampler.ts'

/** A run that is being watched. */
export interface Watch {
  /** A fault that the world does not know of; it lasts until the returned function is called. */
  fault(name: string): () => void
  /** A worker or the gate was killed just now. */
  killed(name: string): void
  /** A secret that came in by another way than a request; `taskId` carries it to the host. */
  secret(name: string, value: string, taskId?: string): void
  /** A message that the scenario itself sends to the dead letters. */
  expectDead(body: string): void
  /** A task that the scenario itself has end badly or wait for staff. */
  expectFailed(taskId: string): void
  /** Lets the run come to its end, then reads what it left. */
  record(): Promise<RunRecord>
  /** What is wrong with the run, one sentence each. */
  verdict(): Promise<readonly string[]>
}

/** Starts watching: from here on requests, faults of host, lines and chat, and every status are written down. */
export function watch(test: TestWorld): Watch {
  const beganMs = Date.now()
  const diary = newDiary()
  const sampler = startSampler(test.db)
  const expectedDead: string[] = []
  const expectedFailures: string[] = []
  onTestFinished(() => sampler.stop())
  listen(test, { diary, sampler })
  const record = async () => {
    await drain(test)
    await sampler.stop()
    const { sightings, stalls } = sampler
    return gather(await outsideOf(test), {
      ...{ beganMs, diary, sightings, stalls, expectedDead, expectedFailures },
    })
  }
  return {
    fault: (name) => beginFault(diary, name, marksOfKill),
    killed: (name) => beginFault(diary, `${name} was killed`, marksOfKill)(),
    secret: (name, value, taskId) => noteSecret(diary, name, value, taskId),
    expectDead: (body) => expectedDead.push(body),
    expectFailed: (taskId) => expectedFailures.push(taskId),
    record,
    verdict: async () => check(await record()),
  }
}

interface Ears {
  readonly diary: Diary
  readonly sampler: Sampler
}

/** Puts ears between the test and its world; the test goes on using the world as before. */
function listen(test: TestWorld, { diary, sampler }: Ears): void {
  const { call, setHostFaults, setChatFault, line } = test
  const heardCall: Call = async (method, path, options = {}) => {
    const askedMs = Date.now()
    const answer = await call(method, path, options)
    noteExchange(diary, { method, path, options, answer, askedMs, answeredMs: Date.now() })
    const last = diary.acknowledgements.at(-1)
    if (last?.taskId) sampler.expect(last.taskId)
    return answer
  }
  const endings = new Map<string, () => void>()
  const replace = (target: string, name: string | undefined, marks: FaultMarks = {}) => {
    endings.get(target)?.()
    endings.delete(target)
    if (name !== undefined) endings.set(target, beginFault(diary, name, marks))
  }
  const heard: Partial<TestWorld> = {
    call: heardCall,
    setHostFaults: async (faults) => {
      const names = faults.map(({ fault }) => fault)
      const title = names.length === 0 ? undefined : `host: ${names.join(', ')}`
      replace('host', title, marksOfHost(names))
      await setHostFaults(faults)
    },
    setChatFault: (fault) => {
      replace('chat', fault && `chat: ${fault.kind}`, { isAmbiguous: fault?.kind === 'silent' })
      setChatFault(fault)
    },
    line: (name) => {
      const proxy = line(name)
      return {
        ...proxy,
        set: async (fault) => {
          await proxy.set(fault)
          const isOver = fault.kind === 'pass'
          const title = isOver ? undefined : `${name}: ${fault.kind}`
          replace(`line ${name}`, title, marksOfLine(name))
        },
      }
    },
  }
  Object.assign(test, heard)
}

const mostRounds = 20

// Time goes by until nothing more happens: waits end, the sweeper rings, hidden messages come back.
async function drain(test: TestWorld): Promise<void> {
  const { queueUrls } = test.installation
  const { endpoint } = (await sharedServers()).queues
  for (let round = 0; round < mostRounds; round += 1) {
    let left = 0
    for (const lane of ['host', 'post'] as const) {
      const { receipts, bodies } = await readQueue(endpoint, queueUrls[lane])
      left += bodies.length
      for (const receipt of receipts) await setVisible(test, lane, receipt)
    }
    const open = { status: { $in: ['pending', 'running'] } }
    left += await test.db.collection('tasks_queue').countDocuments(open)
    if (left === 0) return
    await test.skipWaits()
    await test.sweep()
    await test.runWorkers()
  }
}

async function outsideOf(test: TestWorld): Promise<Outside> {
  const servers = await sharedServers()
  const { installation, db, log } = test
  return {
    ...{ db, host: await test.host(), queueUrls: installation.queueUrls },
    queuesEndpoint: servers.queues.endpoint,
    mailboxEndpoint: servers.mailbox.endpoint,
    mailSender: installation.environment['MAIL_SENDER'] ?? '',
    discordOrigin: servers.discord.origin,
    webhook: installation.name,
    matrixAccounts: servers.matrix.accounts(installation.name),
    places: [{ name: 'log', text: JSON.stringify(log.lines) }],
  }
}
