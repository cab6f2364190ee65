/** One soak: a plan is carried out on a whole Gatehouse, which then comes to rest and is judged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses } from '../../infra/local/processes.ts'
import { check } from '../checker/check.ts'
import { type Diary, newDiary } from '../checker/diary.ts'
import { gather } from '../checker/gather.ts'
import type { RunRecord } from '../checker/run-record.ts'
import { type Sampler, startSampler } from '../checker/sampler.ts'
import { type Crew, startCrew } from './crew.ts'
import { type Do, newPeople } from './people.ts'
import { type Place, startPlace } from './place.ts'
import { isTrouble, newPlan, type Operation, type Step, workerCount } from './plan.ts'
import { untilDrained } from './quiet.ts'
import type { SoakResult } from './report.ts'
import { shortcomings } from './shortcomings.ts'
import { type Staff, startStaff } from './staff.ts'
import { strike } from './trouble.ts'

/** What to soak. */
export interface SoakWish {
  readonly seed: string
  readonly minutes: number
}

interface Soak {
  readonly wish: SoakWish
  readonly place: Place
  readonly crew: Crew
  readonly staff: Staff
  readonly diary: Diary
  readonly sampler: Sampler
  readonly beganMs: number
  readonly answers: Map<string, number>
  readonly spoilt: string[]
  readonly commandLines: Set<string>
}

// As in production: two leases.
const sweepSeconds = 2
const longestDrainSeconds = 180

/** Runs one and ends everything that it started, whatever happens; also when `interrupted` rejects. */
export async function runSoak(wish: SoakWish, interrupted: Promise<never>): Promise<SoakResult> {
  const place = await startPlace()
  try {
    return await runAt(wish, place, interrupted)
  } finally {
    await place.stop()
  }
}

async function runAt(
  wish: SoakWish,
  place: Place,
  interrupted: Promise<never>,
): Promise<SoakResult> {
  const { installation, servers, logFile, db } = place
  const { environment, queueUrls } = installation
  const order = { environment, queueUrls, logFile, sweepSeconds }
  const crew = startCrew({ ...order, queuesEndpoint: servers.queues.endpoint }, workerCount)
  const staff = await startStaff(place)
  const sampler = startSampler(db)
  const soak: Soak = {
    ...{ wish, place, crew, staff, sampler, diary: newDiary(), beganMs: Date.now() },
    ...{ answers: new Map(), spoilt: [], commandLines: new Set() },
  }
  try {
    return await Promise.race([carryOut(soak), interrupted])
  } finally {
    await staff.stop()
    await crew.stop()
  }
}

async function carryOut(soak: Soak): Promise<SoakResult> {
  const { wish, place, crew, staff, sampler, answers } = soak
  const plan = newPlan(wish.seed, wish.minutes)
  await followPlan(soak, plan)
  const drainedSeconds = await untilDrained(place, longestDrainSeconds)
  await staff.stop()
  await crew.stop()
  await sampler.stop()
  const log = await place.readLog()
  const record = await readRecord(soak, log)
  const surprises = log.split('"event":"task_unexpected_error"').length - 1
  return {
    ...wish,
    ...{ database: place.databaseKind, record, answers, staff: staff.done, drainedSeconds },
    violations: [...check(record), ...shortcomings(plan, { record, answers, surprises })],
    surprises,
  }
}

async function followPlan(soak: Soak, plan: readonly Step[]): Promise<void> {
  const { wish, place, crew, diary, sampler, spoilt } = soak
  const act = await newPeople(place, { diary, expectTask: sampler.expect })
  const beganMs = Date.now()
  const underWay = plan.map(async (step) => {
    await sleep(Math.max(0, beganMs + step.atMs - Date.now()))
    if (isTrouble(step)) return strike({ place, crew, diary, spoilt }, step)
    const untilMs = beganMs + wish.minutes * 60_000
    const answer = await patiently(step, untilMs, act).catch((error: unknown) => `threw ${error}`)
    return count(soak.answers, `${step.kind} ${answer}`)
  })
  const watching = watchCommandLines(soak)
  await Promise.all(underWay)
  watching.stop()
}

const patient: ReadonlySet<string> = new Set(['set_password', 'update', 'decide', 'pick'])
const patienceMs = 1000

// Who waits for a link, an account or a decision looks again, as long as the soak lasts.
async function patiently(step: Operation, untilMs: number, act: Do): Promise<string> {
  for (;;) {
    const answer = await act(step)
    const isOver = Date.now() + patienceMs > untilMs || !patient.has(step.kind)
    if (answer !== 'nothing to do' || isOver) return answer
    await sleep(patienceMs)
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

// What anybody on the machine can see of a process is its command line.
function watchCommandLines({ commandLines }: Soak): { stop(): void } {
  const look = async () => {
    for (const { command } of await listProcesses()) commandLines.add(command)
  }
  // A process may be gone while it is looked at.
  const timer = setInterval(() => void look().catch(() => undefined), 500)
  return { stop: () => clearInterval(timer) }
}

function readRecord(soak: Soak, log: string): Promise<RunRecord> {
  const { place, diary, sampler, spoilt, beganMs, commandLines } = soak
  const { installation, servers, host, db } = place
  const outside = {
    ...{ db, host, queueUrls: installation.queueUrls, webhook: installation.name },
    queuesEndpoint: servers.queues.endpoint,
    mailboxEndpoint: servers.mailbox.endpoint,
    mailSender: installation.environment['MAIL_SENDER'] ?? '',
    discordOrigin: servers.discord.origin,
    matrixAccounts: servers.matrix.accounts(installation.name),
    places: [
      { name: 'log', text: log },
      { name: 'command lines', text: [...commandLines].join('\n') },
    ],
  }
  const { sightings, stalls } = sampler
  return gather(outside, {
    ...{ beganMs, diary, sightings, stalls, expectedDead: spoilt, expectedFailures: [] },
  })
}
