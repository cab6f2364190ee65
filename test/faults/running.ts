import { expect, onTestFinished } from 'vitest'
import * as z from 'zod'
import { pollQueue, startSchedule } from '../../infra/local/event-source.ts'
import { closeWorld, eventSourceOf, scheduleOf } from '../../infra/local/functions.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { type Watch, watch } from '../checker/watch.ts'
import type { LogLine } from '../support/log.ts'
import { sharedServers } from '../support/servers.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld, type TestWorldOptions } from '../support/world.ts'

const sweepSeconds = 0.5
// Long enough for a slow machine; nothing in a fast world waits longer than two seconds by itself.
const patience = { timeout: 40_000, interval: 50 }

/** A Gatehouse whose workers work by themselves, and the checker that watches it. */
export interface RunningWorld extends TestWorld {
  readonly run: Watch
}

/**
 * A Gatehouse as it runs: its workers and its sweeper work by themselves, in a hurry and by the real clock, until
 * the test ends. A scenario sets a fault, lets it end, and looks at what became of everything.
 */
export async function newRunningWorld(options: TestWorldOptions = {}): Promise<RunningWorld> {
  const { clock } = await openPorts({ clock: systemClock }, newWorld({}))
  const overrides = { clock, ...options.overrides }
  const world = await newTestWorld({ isFast: true, ...options, overrides })
  await world.host()
  const { client } = (await sharedServers()).queues
  const { queueUrls } = world.installation
  const groundOf = (lane: Part) => ({
    ...{ world: world.world, client, queueUrls },
    onFailure: (error: unknown) => noteFailure(world, lane, error),
  })
  const running = [
    pollQueue(eventSourceOf(groundOf('host'), 'host'), 2),
    pollQueue(eventSourceOf(groundOf('post'), 'post'), 5),
    startSchedule({
      ...scheduleOf(groundOf('sweeper'), 'workers-sweep'),
      everySeconds: sweepSeconds,
    }),
  ]
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()))
  }
  onTestFinished(stop, 60_000)
  const run = watch(world)
  const verdict = async () => {
    // The checker lets time go by itself, and must not meet anybody.
    await stop()
    return run.verdict()
  }
  return Object.assign(world, { run: { ...run, verdict } })
}

/** What works by itself. */
type Part = 'host' | 'post' | 'sweeper'

// What a worker throws while something it needs is away brings its message back, as on AWS.
const away = z.union([
  z.looseObject({ name: z.enum(['RingAgain', 'AbortError', 'TimeoutError']) }),
  z.looseObject({ name: z.literal('Failure'), code: z.literal('unavailable') }),
  z.looseObject({ code: z.enum(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']) }),
  // Its message was purged, or became visible, in the meantime.
  z.looseObject({ name: z.literal('MessageNotInflight') }),
])

function noteFailure({ log }: TestWorld, lane: Part, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  if (away.safeParse(error).success) log.info('worker_gave_back', { lane, errorName: name })
  else log.error('worker_threw', { lane, errorName: name, errorText: message, errorStack: stack })
}

/** Asks for an account as a sign-up site does; gives the id of its task. */
export async function ask(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  expect(asked.status).toBe(201)
  return asked.body.task_id
}

/** The next call of every function is one of a new process, which remembers nothing. */
export function forget({ world }: TestWorld): void {
  const opened = new Map(world.opened)
  world.opened.clear()
  onTestFinished(() => closeWorld({ ...world, opened }))
}

/** Waits until no task waits or runs any more. */
export async function untilDrained(world: TestWorld, seconds = 40): Promise<void> {
  const queue = world.db.collection('tasks_queue')
  const unfinished = { status: { $in: ['pending', 'running'] } }
  await expect
    .poll(() => queue.countDocuments(unfinished), { ...patience, timeout: seconds * 1000 })
    .toBe(0)
}

/** A task waits: it has not ended, and so many of its tries count. A worker may look at it at this very moment. */
export async function expectWaits(
  world: TestWorld,
  id: string,
  about: { readonly attempts: number },
): Promise<void> {
  const status = expect.stringMatching(/^(pending|running)$/)
  expect(await world.database.tasks.find(id)).toMatchObject({ status, ...about })
}

/** Waits until an event was logged so many times, by one lane where one is named. */
export async function untilLogged(
  world: TestWorld,
  event: string,
  about: { readonly times?: number; readonly lane?: Part } = {},
): Promise<void> {
  const { times = 1, lane } = about
  const heard = () => timesLogged(world, event, lane)
  await expect.poll(heard, patience).toBeGreaterThanOrEqual(times)
}

/** How the tries of a task ended, in order: `task_later`, `task_finished` and so on. */
export function triesOf({ log }: TestWorld, id: string): readonly string[] {
  const ends = log.lines.filter(({ event, fields }) => /^task_/.test(event) && fields.taskId === id)
  return ends.map(({ event }) => event)
}

/** How often an event was logged. */
export function timesLogged(world: TestWorld, event: string, lane?: Part): number {
  const { lines } = world.log
  const isMeant = (line: LogLine) => lane === undefined || line.fields.lane === lane
  return lines.filter((line) => line.event === event && isMeant(line)).length
}

/**
 * What every scenario ends with, whatever went wrong: each account is made once and, unless a try was put off, in
 * order, and nothing else is wrong.
 */
export async function expectDoneOnce(
  world: RunningWorld,
  accounts: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [username, id] of Object.entries(accounts)) {
    expect(await world.database.tasks.find(id), username).toMatchObject({ status: 'finished' })
  }
  const names = Object.keys(accounts)
  const ledger = z.array(z.looseObject({ effect: z.string(), user: z.string().nullable() }))
  const effects = ledger.parse(await world.ledger())
  const created = effects.filter(({ effect }) => effect === 'user_created')
  const order = created.map(({ user }) => user)
  expect([...order].sort()).toEqual([...names].sort())
  // What was put off for a moment lets those of others pass by, as any try on a slow machine may be.
  const isPutOff = (name: string) => triesOf(world, accounts[name] ?? '').includes('task_later')
  expect(order.filter((name) => !isPutOff(name ?? ''))).toEqual(
    names.filter((name) => !isPutOff(name)),
  )
  // How often is the checker's to judge: it knows when a mail may come again.
  const recipients = (await world.mails()).map(({ to }) => to[0])
  expect(new Set(recipients)).toEqual(new Set(names.map((name) => `${name}@mail.example`)))
  expect(await world.run.verdict()).toEqual([])
}
