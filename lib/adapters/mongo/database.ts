import { type ClientSession, type MongoClient, MongoTopologyClosedError } from 'mongodb'
import { Failure } from '../../failure.ts'
import type { Database, Records } from '../../ports.ts'
import { Outrun } from '../../registrations/registration.ts'
import { adapter } from '../adapter.ts'
import { mongoAccounts } from './accounts.ts'
import { type Connection, connect, databaseSettings } from './client.ts'
import { collectionsOf, type Scope } from './collections.ts'
import { mongoCounters } from './counters.ts'
import { brokenKey, wordError } from './errors.ts'
import { mongoHostFacts } from './host-facts.ts'
import { mongoHostNames } from './host-names.ts'
import { ensureIndexes } from './indexes.ts'
import { mongoLinks } from './links.ts'
import { mongoRegistrationKeys } from './registration-keys.ts'
import { mongoRegistrationLists } from './registration-lists.ts'
import { mongoRegistrations } from './registrations.ts'
import { mongoSessions } from './sessions.ts'
import { mongoTasks } from './tasks.ts'

/** Everything that is kept, in MongoDB. */
export const mongoDatabase = adapter({
  settings: databaseSettings,
  secrets: ['mongodb-uri'],
  grants: [],
  open: async (opening) => {
    const { isOutdated, ...connection } = await connect(opening)
    return { ...openDatabase(connection), isOutdated }
  },
})

/** The database over an open connection. */
export function openDatabase({ client, db }: Connection): Database {
  const collections = collectionsOf(db)
  const run: Scope['run'] = (call) => wordingErrors(() => connectingAgain(client, call))
  const alone: Scope = { collections, tx: {}, run }
  const records = openRecords(alone)
  // Once per process: the sweeper asks every minute.
  let prepared: Promise<void> | undefined
  return {
    ...records,
    counters: mongoCounters(alone),
    prepare: () => {
      prepared ??= run(() => ensureIndexes(collections))
      prepared.catch(() => {
        prepared = undefined
      })
      return prepared
    },
    transaction: (work) =>
      run(() =>
        restarting(() =>
          client.withSession((session) =>
            session.withTransaction(() => work(openRecords(within(alone, session)))),
          ),
        ),
      ),
  }
}

function openRecords(scope: Scope): Records {
  return {
    accounts: mongoAccounts(scope),
    hostNames: mongoHostNames(scope),
    hostFacts: mongoHostFacts(scope),
    sessions: mongoSessions(scope),
    links: mongoLinks(scope),
    registrations: mongoRegistrations(scope),
    registrationKeys: mongoRegistrationKeys(scope),
    registrationLists: mongoRegistrationLists(scope),
    tasks: mongoTasks(scope),
  }
}

function within(scope: Scope, session: ClientSession): Scope {
  return { ...scope, tx: { session }, run: (call) => call() }
}

async function wordingErrors<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof Failure ? error : wordError(error)
  }
}

// A driver whose very first connection failed stays closed for ever, and a warm function with it. Nothing was
// sent then, so the call can be made once more.
async function connectingAgain<Result>(
  client: MongoClient,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof MongoTopologyClosedError)) throw error
    await client.connect()
    return call()
  }
}

// Two tasks of one resource accepted at once both want to be its head, and two registrations both want to hold their
// address; the second try finds the first one. And what was changed meanwhile is read again.
const heldOnce: ReadonlySet<string | undefined> = new Set(['headOf', 'addressKey'])

async function restarting<Result>(call: () => Promise<Result>, triesLeft = 10): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    const isOutrun = error instanceof Outrun || heldOnce.has(brokenKey(error))
    if (!isOutrun || triesLeft <= 1) throw error
    return restarting(call, triesLeft - 1)
  }
}
