import { MongoClient } from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import { forgetTries, knownClientKey, signInKey } from '../../lib/sessions/sign-in-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** The very commands that forget the wrong passwords for a name. */
async function deletionsFor(world: TestWorld, name: string) {
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const client = new MongoClient(uri, { monitorCommands: true })
  onTestFinished(() => client.close())
  const sent: Record<string, unknown>[] = []
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandName === 'delete')
      sent.push({ delete: command['delete'], deletes: command['deletes'] })
  })
  await forgetTries(openDatabase({ client, db: client.db() }), name)
  return sent
}

async function addTries({ db, clock }: TestWorld) {
  const endsAt = new Date(clock.now().getTime() + 3_600_000)
  const others = Array.from({ length: 996 }, (_, at) => knownClientKey(`robin${at}`, '192.0.2.1'))
  const own = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((from) => knownClientKey('robin', from))
  const ids = [signInKey('robin'), ...own, ...others]
  const counters = db.collection<{ _id: string; value: number; endsAt: Date }>('counters')
  await counters.insertMany(ids.map((_id) => ({ _id, value: 7, endsAt })))
}

test('the tries for one name from everywhere are found among 1,000 without looking at others', async (context) => {
  const world = await newTestWorld()
  const deletions = await deletionsFor(world, 'robin')
  expect(deletions).toHaveLength(2)
  await addTries(world)
  const looks = { keys: 0, documents: 0 }
  for (const explain of deletions) {
    // Undefined where the server cannot explain: only a real one says what it looked at.
    const asked = { explain, verbosity: 'executionStats' }
    const { executionStats } = await world.db.command(asked).catch(() => ({ executionStats: {} }))
    if (executionStats.totalKeysExamined === undefined) {
      context.skip(`${inject('ground').databaseKind} does not say what a command looks at.`)
    }
    looks.keys += executionStats.totalKeysExamined
    looks.documents += executionStats.totalDocsExamined
  }
  // Four counters, and the end of the range.
  expect(looks.keys).toBeLessThanOrEqual(5)
  expect(looks.documents).toBe(4)
  await forgetTries(world.database, 'robin')
  expect(await world.db.collection('counters').countDocuments()).toBe(996)
})
