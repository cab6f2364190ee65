import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type LocalHost, startHost } from '../../infra/local/host.ts'
import { hostPython } from '../../infra/local/host-python.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import { projectFile } from '../../infra/project.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import type { Task } from '../../lib/queue/queue.ts'
import type { TaskDefinition } from '../../lib/queue/task.ts'
import { hostTasks } from '../../lib/tasks/index.ts'
import { later } from '../support/host-tasks.ts'
import { type TaskSample, taskSamples } from '../support/task-samples.ts'
import { accept, makeTask, sendRaw } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const program = projectFile('infra/host/tests/crash_gate.py')
const points: readonly string[] = JSON.parse(
  execFileSync(hostPython(), [program], { encoding: 'utf8' }),
)
// Every point is shown with every verb in the gate's own suite (infra/host/tests/test_crashes.py); these are the ones
// that look different to a worker.
const shown = [
  ...['before_claim', 'after_claim', 'before_spawn', 'after_spawn'],
  ...['before_result', 'after_result'],
]
// A full disk is an answer of the gate and no silence; a host that goes down takes everything along (FI-09).
const orders = [
  ...points.filter((point) => shown.includes(point)),
  ...['before_result full', 'before_end down', 'after_end down'],
]

/** Puts the program into the gate's place on a host; gives the file that orders a crash. */
async function letGateCrash({ folder }: LocalHost): Promise<string> {
  const at = (name: string) => join(folder, 'gate', name)
  await rename(at('gatehouse_gate.py'), at('real_gate.py'))
  const words = [program, at('real_gate.py')].map((word) => JSON.stringify(word))
  const start = `import runpy, sys; sys.argv[1:] = [${words[1]}]; runpy.run_path(${words[0]}, run_name="__main__")`
  await writeFile(at('gatehouse_gate.py'), start)
  return at('crash')
}

function sampleOf(action: string): TaskSample {
  const sample = taskSamples[action]
  if (sample === undefined) throw new Error(`test/support/task-samples.ts has no ${action}.`)
  return sample
}

interface Change {
  readonly effect: string
  readonly user: string | null
  readonly password?: { readonly salt: string; readonly sha256: string }
}

async function expectOneEffect(world: TestWorld, action: string, username: string) {
  const { effect, secrets = {} } = sampleOf(action)
  // Lines of the stand-in's own.
  const changes = (await world.ledger()) as readonly Change[]
  const own = changes.filter(({ user }) => user === username)
  if (effect !== null) return expect(own.filter((one) => one.effect === effect)).toHaveLength(1)
  // A password may be set twice, when it is the same one (security.md 3.7, I2).
  const proofs = own.flatMap((one) => (one.effect === 'user_updated' ? [one.password] : []))
  expect(proofs.length).toBeGreaterThanOrEqual(1)
  expect(proofs.length).toBeLessThanOrEqual(2)
  for (const proof of proofs) {
    const digest = createHash('sha256').update(`${proof?.salt}${secrets['password']}`).digest('hex')
    expect(digest).toBe(proof?.sha256)
  }
}

// The lane is closed for a moment where the gate had no disk; nothing else waits for more.
const pace = { FIRST_PROBE_SECONDS: '0.2', RETRY_SECONDS: '0.2' }

async function untilEnded(world: TestWorld, id: string): Promise<Task | undefined> {
  const isOver = async () => ['finished', 'failed', 'parked'].includes((await find())?.status ?? '')
  const find = () => world.database.tasks.find(id)
  for (let turn = 0; turn < 50 && !(await isOver()); turn += 1) {
    await sleep(100)
    await later(world)
  }
  return find()
}

interface Crash {
  readonly definition: TaskDefinition
  /** What the gate is told: a point of its work, and what happens there. */
  readonly order: string
  readonly username: string
  readonly file: string
}

async function crash(world: TestWorld, { definition, order, username, file }: Crash) {
  const { prepare, input, secrets = {} } = sampleOf(definition.action)
  await prepare(world, username)
  const task = await makeTask(world.world, definition, { input: input(username), secrets })
  await accept(world.database, task)
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: task.id }))
  await writeFile(file, order)
  await world.runWorkers()
  expect(existsSync(file), `${order} was not reached`).toBe(false)
  const ended = await untilEnded(world, task.id)
  expect(ended, order).toMatchObject({ status: 'finished', sealed: {}, error: null })
  expect(ended?.attempts, order).toBeLessThanOrEqual(1)
}

test.each(Object.values(hostTasks))(
  '$action has one effect, whichever point of its work the gate is ended at',
  async (definition) => {
    const world = await newTestWorld({ settings: pace })
    const file = await letGateCrash(await world.host())
    for (const [at, order] of orders.entries()) {
      await crash(world, { definition, order, username: `mika${at}`, file })
    }
    expect(await world.database.tasks.laneState('host')).toMatchObject({
      paused: false,
      pending: 0,
    })
    for (const at of orders.keys()) await expectOneEffect(world, definition.action, `mika${at}`)
    // Whoever is told of the end of a task is told once.
    const told = [...(await world.mails()), ...world.chat()].map((message) =>
      JSON.stringify(message),
    )
    expect(new Set(told).size).toBe(told.length)
  },
  240_000,
)

test.each(['openssh', 'ssh2'] as const)(
  'a gate that is ended by a signal behind %s is a line that broke, and the step is told truly',
  async (server) => {
    const world = await newTestWorld()
    const folder = join(inject('ground').folder, `crash-${server}`)
    const local = await startHost({ folder, domain: mailDomain, server })
    onTestFinished(() => local.stop())
    world.installation.useHost(local)
    const file = await letGateCrash(local)
    const { host } = await openPorts({ host: sshHost }, world.world)
    await writeFile(file, 'after_claim')
    const about = { task: 'G'.repeat(22), step: 1, fence: 1, wait: 5 }
    const run = { op: 'run', verb: 'user_permissions_sync', args: {}, ...about } as const
    await expect(host.ask(run, 20)).rejects.toMatchObject({ name: 'HostError', kind: 'lost' })
    const answer = await host.ask({ op: 'attach', ...about, fence: 2 }, 20)
    expect(answer).toMatchObject({ state: 'unknown', key: 'no_result' })
    expect(await local.ledger()).toEqual([])
  },
)
