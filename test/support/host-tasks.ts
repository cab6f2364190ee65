import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { hostPython } from '../../infra/local/host-python.ts'
import { mailDomain } from '../../infra/local/installation.ts'
import type { TaskInput } from '../../lib/queue/queue.ts'
import type { HostTask } from '../../lib/queue/task.ts'
import { accept, makeTask, sendRaw } from './workers.ts'
import type { TestWorld } from './world.ts'

/** One change that the stand-in wrote down. */
export interface Effect {
  readonly effect: string
  readonly command: string
  readonly user: string | null
}

/** What was changed on the host for one user, in order. */
export async function effectsOf(world: TestWorld, username: string): Promise<readonly string[]> {
  // The ledger is the stand-in's own; this is the one place that reads its lines.
  const effects = (await world.ledger()) as readonly Effect[]
  return effects.filter(({ user }) => user === username).map(({ effect }) => effect)
}

/** How often a command of the host was begun, with its first words. */
export async function timesBegun(world: TestWorld, ...words: readonly string[]): Promise<number> {
  // Written by the stand-in for every command line that reached it.
  const received = (await (await world.host()).received()) as ReadonlyArray<{ args: unknown[] }>
  return received.filter(({ args }) => words.every((word, at) => args[at] === word)).length
}

/** Waits until a command of the host is begun once more. */
export async function untilBegun(world: TestWorld, ...words: readonly string[]): Promise<void> {
  const before = await timesBegun(world, ...words)
  await expect
    .poll(() => timesBegun(world, ...words), { timeout: 20_000, interval: 20 })
    .toBeGreaterThan(before)
}

/** Runs a command on the host as an administrator would, past Gatehouse. */
export async function byHand(world: TestWorld, ...words: readonly string[]): Promise<void> {
  const { folder } = await world.host()
  await promisify(execFile)(hostPython(), [join(folder, 'standin', 'bin', 'yunohost'), ...words])
}

/** Somebody else's account on the host. */
export function addForeigner(world: TestWorld, username: string): Promise<void> {
  const name = `--fullname=Foreign ${username}`
  const rest = ['--password=Foreign-Pass-77', `--domain=${mailDomain}`]
  return byHand(world, 'user', 'create', username, name, ...rest)
}

/** Queues a task of lane host and rings for it; gives its id. */
export async function queueTask<Input extends TaskInput>(
  world: TestWorld,
  definition: HostTask<Input>,
  input: Input,
  secrets: Readonly<Record<string, string>> = {},
): Promise<string> {
  const task = await makeTask(world.world, definition, { input, secrets })
  await accept(world.database, task)
  await sendRaw(world, 'host', JSON.stringify({ v: 1, taskId: task.id }))
  return task.id
}

/** The steps of a task that the gate was asked to run. */
export async function stepsOf(world: TestWorld, taskId: string): Promise<readonly number[]> {
  const folder = join((await world.host()).folder, 'gate-state', 'jobs')
  // The gate makes it with the first step of all.
  const names = await readdir(folder).catch((): string[] => [])
  const steps = names.filter((name) => name.startsWith(`${taskId}.`))
  return steps.map((name) => Number(name.slice(taskId.length + 1))).sort()
}

/** Time goes by: delays end, the sweeper rings, workers run. */
export async function later(world: TestWorld): Promise<void> {
  await world.skipWaits()
  await world.sweep()
  await world.runWorkers()
}
