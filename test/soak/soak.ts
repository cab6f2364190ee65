/** One soak: a plan is carried out on a whole Gatehouse, which then comes to rest and is judged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { listProcesses } from '../../infra/local/processes.ts'
import { check } from '../checker/check.ts'
import { type Diary, newDiary } from '../checker/diary.ts'
import { gather } from '../checker/gather.ts'
import type { RunRecord } from '../checker/run-record.ts'
import { type Sampler, startSampler } from '../checker/sampler.ts'
import { type Crew, startCrew } from './crew.ts'
import { newPeople } from './people.ts'
import { type Place, startPlace } from './place.ts'
import { newPlan, type Step, workerCount } from './plan.ts'
import { untilDrained } from './quiet.ts'
import type { SoakResult } from './report.ts'
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

const sweepSeconds = 1
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
  await followPlan(soak)
  const drainedSeconds = await untilDrained(place, longestDrainSeconds)
  await staff.stop()
  await crew.stop()
  await sampler.stop()
  const log = await place.readLog()
  const record = await readRecord(soak, log)
  return {
    ...wish,
    ...{ database: place.databaseKind, record, answers, staff: staff.done, drainedSeconds },
    violations: [...check(record), ...badAnswers(answers)],
    surprises: log.split('"event":"task_unexpected_error"').length - 1,
  }
}

async function followPlan(soak: Soak): Promise<void> {
  const { wish, place, crew, diary, sampler, spoilt } = soak
  const act = await newPeople(place, { diary, expectTask: sampler.expect })
  const beganMs = Date.now()
  const underWay = newPlan(wish.seed, wish.minutes).map(async (step) => {
    await sleep(Math.max(0, beganMs + step.atMs - Date.now()))
    if (isTrouble(step)) return strike({ place, crew, diary, spoilt }, step)
    const answer = await act(step).catch((error: unknown) => `threw ${String(error)}`)
    return count(soak.answers, `${step.kind} ${answer}`)
  })
  const watching = watchCommandLines(soak)
  await Promise.all(underWay)
  watching.stop()
}

function isTrouble(
  step: Step,
): step is Extract<Step, { kind: 'line' | 'host' | 'chat' | 'kill' | 'messages' }> {
  return ['line', 'host', 'chat', 'kill', 'messages'].includes(step.kind)
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
    places: [
      { name: 'log', text: log },
      { name: 'command lines', text: [...commandLines].join('\n') },
    ],
  }
  const { sightings } = sampler
  return gather(outside, { beganMs, diary, sightings, expectedDead: spoilt })
}

// Whatever is broken, clients hear of it in a way that they can act on.
function badAnswers(answers: ReadonlyMap<string, number>): readonly string[] {
  const isBad = (name: string) => / (500|502|504|threw)/.test(name)
  return [...answers].flatMap(([name, times]) => (isBad(name) ? [`Answers: ${times} ${name}`] : []))
}
