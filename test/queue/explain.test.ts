import { MongoClient } from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** The very command that a claim of the oldest task sends. */
async function claimCommand(world: TestWorld): Promise<Record<string, unknown>> {
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const client = new MongoClient(uri, { monitorCommands: true })
  onTestFinished(() => client.close())
  const sent: Record<string, unknown>[] = []
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'findAndModify') sent.push(command)
  })
  await openDatabase({ client, db: client.db() }).tasks.claim('host', 'worker', 30)
  const { findAndModify, query, sort, update } = sent.at(-1) ?? {}
  return { findAndModify, query, sort, update, new: true }
}

interface Stages {
  readonly executionStats?: {
    readonly totalKeysExamined?: number
    readonly totalDocsExamined?: number
  }
}

async function explain(world: TestWorld, command: Record<string, unknown>): Promise<Stages> {
  // Undefined where the server cannot explain: only a real one says what it looked at.
  const asked = { explain: command, verbosity: 'executionStats' }
  return world.db.command(asked).catch(() => ({})) as Promise<Stages>
}

test('the claim of the oldest task reads one key and one document among 1,000', async (context) => {
  const world = await newTestWorld()
  await accept(world.database, plainTask())
  const queue = world.db.collection<{ _id: string }>('tasks_queue')
  const model = await queue.findOne()
  const more = Array.from({ length: 999 }, () => {
    const { id, ...task } = plainTask()
    return { ...model, ...task, _id: id, headOf: `host ${task.resource}` }
  })
  await queue.insertMany(more)
  const command = await claimCommand(world)
  await queue.updateMany({ status: 'running' }, { $set: { status: 'pending', readyIn: 'host' } })
  expect(command).toMatchObject({ query: { readyIn: 'host' }, sort: expect.anything() })
  const { executionStats } = await explain(world, command)
  if (executionStats?.totalKeysExamined === undefined) {
    context.skip(`${inject('ground').databaseKind} does not say what a command looks at.`)
  }
  expect(executionStats).toMatchObject({ totalKeysExamined: 1, totalDocsExamined: 1 })
})
