import { parseArgs } from 'node:util'
import { ringSealer } from '../lib/adapters/keys.ts'
import { mongoDatabase } from '../lib/adapters/mongo/database.ts'
import { registeringSettings, siteSettings } from '../lib/adapters/settings.ts'
import { jsonLog, systemClock, systemRandom } from '../lib/adapters/system.ts'
import { newWorld, openPorts } from '../lib/adapters/world.ts'
import { Failure, type FailureCode, failureEntry } from '../lib/failure.ts'
import {
  type ControlUses,
  cancelTask,
  pauseLane,
  queueStatus,
  resumeLane,
  retryTask,
  skipTask,
} from '../lib/queue/control.ts'
import type { Lane, LaneState } from '../lib/queue/queue.ts'
import { hostTasks, postTasks } from '../lib/tasks/index.ts'
import { refuse, wantedEnvironment } from './console.ts'

const usage = `Steers the queue. What becomes runnable is rung for within a minute.

  npm run queue -- status
  npm run queue -- pause host|post [reason]    lets what runs end, begins nothing new
  npm run queue -- resume host|post
  npm run queue -- retry TASK                  runs a parked or delayed task again
  npm run queue -- skip TASK                   ends it as failed; later ones of its resource go on
  npm run queue -- cancel TASK                 takes back a task that has not begun

TASK is the task_id that the request was answered with; status prints those of parked tasks.

Each takes --stage STAGE; without it the environment of the functions (SECRETS_PATH and so on) is used, else the local
run in .local.`

const tasks = { ...hostTasks, ...postTasks }

type Command = (uses: ControlUses, subject: string, words: readonly string[]) => Promise<void>

const commands: Readonly<Record<string, Command>> = {
  status: async (uses) => {
    for (const lane of await queueStatus(uses)) printLane(lane)
  },
  pause: (uses, lane, reason) =>
    pauseLane(uses, toLane(lane), reason.join(' ') || 'Paused by staff.'),
  resume: (uses, lane) => resumeLane(uses, toLane(lane)),
  retry: (uses, id) => retryTask(uses, id),
  skip: (uses, id) => skipTask(uses, tasks, id),
  cancel: (uses, id) => cancelTask(uses, tasks, id),
}

async function main(): Promise<void> {
  const { stage, words: given } = readArguments()
  const [name = '', subject = '', ...words] = given
  const command = commands[name]
  if (!command || (name !== 'status' && subject === '')) return refuse(usage)
  try {
    const uses = await openUses(stage)
    await command(uses, subject, words)
  } catch (error) {
    if (!(error instanceof Failure))
      return refuse(error instanceof Error ? error.message : String(error))
    refuse(error.details.text ?? wordRefusal(error.code, name) ?? failureEntry(error.code).text)
  }
}

const unchangeable: Readonly<Record<string, string>> = {
  retry: 'Only a task that is parked or waits for its next try can be retried; this one is not.',
  skip: 'This task runs just now. Once it is parked, or waits for its next try, skip ends it.',
  cancel: 'This task has begun and cannot be taken back. Once it is parked, skip ends it.',
}

function wordRefusal(code: FailureCode, command: string): string | undefined {
  if (code === 'unknown_task') return 'There is no such task in the queue; it may have ended.'
  return code === 'task_not_changeable' ? unchangeable[command] : undefined
}

function readArguments() {
  try {
    const options = { stage: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ allowPositionals: true, options })
    return { stage: values.stage, words: positionals }
  } catch {
    return { stage: undefined, words: [] }
  }
}

async function openUses(stage: string | undefined): Promise<ControlUses> {
  const table = {
    clock: systemClock,
    random: systemRandom,
    log: jsonLog,
    database: mongoDatabase,
    sealer: ringSealer,
    registering: registeringSettings,
    site: siteSettings,
  }
  return openPorts(table, newWorld(await readEnvironment(stage)))
}

async function readEnvironment(
  stage: string | undefined,
): Promise<Record<string, string | undefined>> {
  const environment = await wantedEnvironment(stage, 'SECRETS_PATH')
  if (environment === undefined) {
    const text = 'Name a stage with --stage, or run `npm start` in another window.'
    throw new Failure('invalid_input', { text })
  }
  return environment
}

function toLane(text: string): Lane {
  if (text === 'host' || text === 'post') return text
  throw new Failure('invalid_input', { text: `The lanes are "host" and "post", not "${text}".` })
}

function printLane({
  lane,
  paused,
  reason,
  pending,
  running,
  parked,
  blocked,
  oldest,
}: LaneState): void {
  const state = paused ? `paused: ${reason}` : 'open'
  const age = oldest ? `, oldest since ${oldest.toISOString()}` : ''
  console.log(`${lane}: ${state}; ${running} running, ${pending} waiting${age}`)
  for (const task of parked) {
    const waiting = blocked.find(({ resource }) => resource === task.resource)?.waiting ?? 0
    console.log(
      `  parked ${task.id} ${task.action} ${task.resource} (${waiting} behind it): ${task.error}`,
    )
  }
}

await main()
process.exit()
