import { type Db, MongoClient } from 'mongodb'
import * as z from 'zod'
import type { ReadBy } from '../../late.ts'
import type { Opening, Renewed } from '../adapter.ts'
import { seconds } from '../seconds.ts'

/** A connected database of one process: few connections, because every function has its own (aws.md 3.2). */
export interface Connection {
  readonly client: MongoClient
  readonly db: Db
}

// Long enough for an election of a new primary in the middle of it, short enough to answer 503 in time.
const usualSeconds = 5

/** How long the database may keep somebody waiting: for a server or a connection, and four times that for an answer. */
export const databaseSettings = () => z.object({ DATABASE_SECONDS: seconds(usualSeconds, 15) })

type DatabaseOpening = Opening<ReadBy<typeof databaseSettings>>

interface Shared {
  connection?: Connection & { readonly uri: string }
}

/**
 * Opens the database that the secret `mongodb-uri` names now, and closes the one that it named before. Connecting
 * happens at the first command.
 */
export async function connect(opening: DatabaseOpening): Promise<Connection & Renewed> {
  const uri = await opening.secret('mongodb-uri')
  const shared = opening.share<Shared>('mongodb', () => ({}))
  if (shared.connection?.uri !== uri) {
    // Nobody waits for it: a function answers one request at a time.
    shared.connection?.client.close().catch(() => undefined)
    shared.connection = { ...connectTo(uri, opening.settings.DATABASE_SECONDS), uri }
  }
  return { ...shared.connection, isOutdated: () => isOutdated(opening, uri) }
}

// While the secret cannot be read, the database that it named last is the best guess.
async function isOutdated(opening: DatabaseOpening, uri: string): Promise<boolean> {
  return (await opening.secret('mongodb-uri').catch(() => uri)) !== uri
}

/** Opens a database by its address, for the operator's commands. */
export function connectTo(uri: string, waitSeconds = usualSeconds): Connection {
  const wait = waitSeconds * 1000
  const client = new MongoClient(uri, {
    appName: 'gatehouse',
    maxPoolSize: 2,
    minPoolSize: 0,
    maxIdleTimeMS: 60_000,
    serverSelectionTimeoutMS: wait,
    connectTimeoutMS: wait,
    socketTimeoutMS: 4 * wait,
    waitQueueTimeoutMS: 2 * wait,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    ignoreUndefined: true,
  })
  return { client, db: client.db() }
}
