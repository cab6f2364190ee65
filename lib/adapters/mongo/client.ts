import { type Db, MongoClient } from 'mongodb'
import type { Opening } from '../adapter.ts'

/** A connected database of one process: few connections, because every function has its own (aws.md 3.2). */
export interface Connection {
  readonly client: MongoClient
  readonly db: Db
}

/** Opens the database named in the secret `mongodb-uri`. Connecting happens at the first command. */
export async function connect(opening: Opening<unknown>): Promise<Connection> {
  const uri = await opening.secret('mongodb-uri')
  return opening.share(`mongodb:${uri}`, () => connectTo(uri))
}

/** Opens a database by its address, for the operator's commands. */
export function connectTo(uri: string): Connection {
  const client = new MongoClient(uri, {
    appName: 'gatehouse',
    maxPoolSize: 2,
    minPoolSize: 0,
    maxIdleTimeMS: 60_000,
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 20_000,
    waitQueueTimeoutMS: 10_000,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    ignoreUndefined: true,
  })
  return { client, db: client.db() }
}
