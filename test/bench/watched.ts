/** A database that tells which commands it was sent, and how a server goes about one. */
import { type Db, MongoClient } from 'mongodb'
import { openDatabase } from '../../lib/adapters/mongo/database.ts'
import type { Database } from '../../lib/ports.ts'

/** A database of its own on the server of a benchmark. */
export interface WatchedDatabase {
  readonly client: MongoClient
  readonly db: Db
  readonly database: Database
  /** The commands of these names that were sent, as the driver sent them. */
  readonly sent: Array<Record<string, unknown>>
}

/** What a server looked at to answer a command, by its own word; the plan names what finds or sorts. */
export interface Looks {
  readonly plan: string
  readonly keys: number
  readonly documents: number
}

/** Opens an empty database by another name on the same server, with every index. */
export async function openWatched(
  databaseUri: string,
  name: string,
  commandNames: readonly string[],
): Promise<WatchedDatabase> {
  const address = new URL(databaseUri)
  address.pathname = `/${name}`
  const client = new MongoClient(address.href, { monitorCommands: true })
  const sent: WatchedDatabase['sent'] = []
  client.on('commandStarted', ({ commandName, command }) => {
    if (commandNames.includes(commandName)) sent.push(command)
  })
  const db = client.db()
  const database = openDatabase({ client, db })
  await database.prepare()
  return { client, db, database, sent }
}

/** Has the server run a command once more and say how; undefined where it does not. */
export async function explain(
  db: Db,
  command: Record<string, unknown>,
): Promise<Looks | undefined> {
  const said: unknown = await db
    .command({ explain: command, verbosity: 'executionStats' })
    .catch(() => undefined)
  return readLooks(said)
}

/** The looks in a server's answer to `explain`; undefined where it counts none. */
export function readLooks(said: unknown): Looks | undefined {
  const [first] = Object(said).stages ?? []
  // What comes before the first stage of a pipeline is told in there.
  const { queryPlanner, executionStats } = Object(first).$cursor ?? Object(said)
  const { totalKeysExamined: keys, totalDocsExamined: documents } = Object(executionStats)
  if (keys === undefined) return undefined
  const { winningPlan } = Object(queryPlanner)
  return { plan: stagesOf(Object(winningPlan).queryPlan ?? winningPlan).join(' '), keys, documents }
}

/** Whether a database is MongoDB itself: stand-ins read a whole index before they take the first key of it. */
export function isRealMongo(kind: string): boolean {
  return kind.startsWith('MongoDB')
}

// They take what the stages below them have found.
const plainStages: ReadonlySet<unknown> = new Set(['LIMIT', 'FETCH'])

function stagesOf(plan: unknown): readonly string[] {
  const { stage, indexName, inputStage, inputStages = [] } = Object(plan)
  if (stage === undefined) return []
  const below = [inputStage, ...inputStages].flatMap(stagesOf)
  if (plainStages.has(stage)) return below
  return [indexName === undefined ? stage : `${stage} ${indexName}`, ...below]
}
