import { MongoServerError } from 'mongodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { connectTo } from '../../lib/adapters/mongo/client.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { wordError } from '../../lib/adapters/mongo/errors.ts'
import { openSecrets } from '../../lib/adapters/secrets.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** A world whose functions are warm, and whose secrets age as the test says. */
async function newWarmWorld() {
  const world = await newTestWorld()
  let elapsed = 0
  const secrets = openSecrets(world.installation.environment, () => elapsed)
  world.world.opened.set('shared secrets', secrets)
  const pass = (seconds: number) => {
    elapsed += seconds
  }
  return { world, pass }
}

/** An empty database beside the world's own; gives its address and how many registrations it holds. */
function newOtherDatabase({ db }: TestWorld) {
  const uri = inject('ground').databaseUri.replace('DATABASE', `${db.databaseName}_new`)
  const other = connectTo(uri)
  onTestFinished(async () => {
    await other.db.dropDatabase()
    await other.client.close()
  })
  return { uri, held: () => other.db.collection('registrations').countDocuments() }
}

const message = 'I play the viola.'

test('a warm function takes up another address of the database within five minutes, and back', async () => {
  const { world, pass } = await newWarmWorld()
  const other = newOtherDatabase(world)
  const own = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const ask = async () => {
    expect((await world.call('POST', '/registrations/', { body: { message } })).status).toBe(201)
    const kept = await world.db.collection('registrations').countDocuments()
    return [kept, await other.held()]
  }
  expect(await ask()).toEqual([1, 0])
  world.installation.setSecret('mongodb-uri', other.uri)
  pass(301)
  expect(await ask()).toEqual([1, 1])
  world.installation.setSecret('mongodb-uri', own)
  pass(301)
  expect(await ask()).toEqual([2, 1])
})

test('the connection to the former address is closed', async () => {
  const { world, pass } = await newWarmWorld()
  const first = await openPorts({ database: mongoDatabase }, world.world)
  expect(await first.database.accounts.find('robin')).toBeUndefined()
  world.installation.setSecret('mongodb-uri', newOtherDatabase(world).uri)
  pass(301)
  const second = await openPorts({ database: mongoDatabase }, world.world)
  expect(await second.database.accounts.find('robin')).toBeUndefined()
  await expect(first.database.accounts.find('robin')).rejects.toMatchObject({ code: 'unavailable' })
})

test('while the parameter store is away the address that was read last goes on', async () => {
  const { world, pass } = await newWarmWorld()
  const { database } = await openPorts({ database: mongoDatabase }, world.world)
  world.installation.setSecret('mongodb-uri', undefined)
  pass(2 * 3600)
  const later = await openPorts({ database: mongoDatabase }, world.world)
  expect(later.database).toBe(database)
})

test.each([
  ['Unauthorized', 13],
  ['AuthenticationFailed', 18],
  ['AtlasError', 8000],
])(
  'a database that does not know our user any more (%s) is an outage until the new one has got round',
  (_, code) => {
    const error = new MongoServerError({ message: 'bad auth', code })
    expect(wordError(error)).toMatchObject({ code: 'unavailable' })
  },
)
