/** Kills the worker of one kind of task at every milestone, and sees what becomes of the task. */
import { expect } from 'vitest'
import type { Milestone } from '../../lib/ports.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import type { TaskDefinition } from '../../lib/queue/task.ts'
import { type Watch, watch } from '../checker/watch.ts'
import { effectsOf, later } from '../support/host-tasks.ts'
import { runAndDie } from '../support/killed-worker.ts'
import { type TaskSample, taskSamples } from '../support/task-samples.ts'
import { accept, makeTask, sendRaw, setVisible } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const milestones = [
  'afterClaim',
  'afterIntent',
  'beforeExec',
  'duringExec',
  'afterExec',
  'afterReadback',
  'afterCommit',
  'beforeDelete',
  'afterDelete',
  'afterMail',
] as const satisfies readonly Milestone[]

// A worker of lane host never sends one.
const neverReached: Readonly<Record<Lane, readonly Milestone[]>> = { host: ['afterMail'], post: [] }

// The message was taken and nobody wrote that down: it is sent again, because none would be worse (I8).
const perhapsTwice: readonly Milestone[] = ['duringExec', 'afterExec', 'afterReadback', 'afterMail']

/** Throws, as a failed test does, where a task of this kind is lost, doubled, or does not come to its end. */
export async function crashEverywhere(definition: TaskDefinition): Promise<void> {
  const world = await newTestWorld()
  const run = watch(world)
  await world.host()
  for (const milestone of milestones) await crashAt({ world, run }, definition, milestone)
  expect(await run.verdict()).toEqual([])
}

interface Scene {
  readonly world: TestWorld
  readonly run: Watch
}

async function crashAt(scene: Scene, definition: TaskDefinition, milestone: Milestone) {
  const { world } = scene
  const { action, lane } = definition
  const username = `mika.${milestone.toLowerCase()}`
  await sampleOf(action).prepare(world, username)
  const id = await queue(scene, definition, username)
  if (milestone === 'duringExec') await world.setHostFaults([{ fault: 'delay', value: 0.3 }])
  await killWorker(scene, definition, milestone)
  await world.setHostFaults([])
  await later(world)
  const task = await world.database.tasks.find(id)
  expect(task, milestone).toMatchObject({ status: 'finished', sealed: {}, error: null })
  await expectOneEffect(world, action, username)
  if (lane === 'post') await expectMessages(world, milestone, username)
}

function sampleOf(action: string): TaskSample {
  const sample = taskSamples[action]
  if (sample === undefined) throw new Error(`test/support/task-samples.ts has no ${action}.`)
  return sample
}

async function queue(
  { world, run }: Scene,
  definition: TaskDefinition,
  username: string,
): Promise<string> {
  const sample = sampleOf(definition.action)
  const { input } = sample
  const secrets = sample.secretsOf?.(username) ?? sample.secrets ?? {}
  const task = await makeTask(world.world, definition, { input: input(username), secrets })
  for (const [name, value] of Object.entries(secrets)) run.secret(name, value, task.id)
  await accept(world.database, task)
  await sendRaw(world, definition.lane, JSON.stringify({ v: 1, taskId: task.id }))
  return task.id
}

async function killWorker(
  { world, run }: Scene,
  { lane, action }: TaskDefinition,
  diesAt: Milestone,
): Promise<void> {
  const { end, receipt } = await runAndDie(world, lane, diesAt)
  run.killed('the worker')
  const never = [...neverReached[lane], ...(sampleOf(action).neverReached ?? [])]
  expect(end, diesAt).toBe(never.includes(diesAt) ? 0 : 'SIGKILL')
  // Its time is over: the queue gives its message to the next one, unless it was deleted.
  await setVisible(world, lane, receipt).catch(() => undefined)
}

async function expectOneEffect(world: TestWorld, action: string, username: string): Promise<void> {
  const { effect } = sampleOf(action)
  if (effect === null) return
  const effects = await effectsOf(world, username)
  expect(effects.filter((one) => one === effect)).toHaveLength(1)
}

async function expectMessages(world: TestWorld, milestone: Milestone, username: string) {
  const messages = await messagesAbout(world, username)
  const most = perhapsTwice.includes(milestone) ? 2 : 1
  expect(messages.length, milestone).toBeGreaterThanOrEqual(1)
  expect(messages.length, milestone).toBeLessThanOrEqual(most)
  expect(new Set(messages).size, milestone).toBe(1)
}

async function messagesAbout(world: TestWorld, username: string): Promise<readonly string[]> {
  const mails = (await world.mails()).filter(({ to }) => to[0]?.startsWith(`${username}@`))
  const chats = world.chat().map((message) => JSON.stringify(message))
  return [...mails.map(({ text }) => text), ...chats.filter((text) => text.includes(username))]
}
