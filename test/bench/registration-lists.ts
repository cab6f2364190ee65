import { randomBytes } from 'node:crypto'
import type { RegistrationDocument } from '../../lib/adapters/mongo/collections.ts'
import { toRegistration } from '../../lib/adapters/mongo/registrations.ts'
import type { Database } from '../../lib/ports.ts'
import {
  mostAhead,
  mostHistory,
  sweepLimit,
  usualPendingCap,
} from '../../lib/registrations/policy.ts'
import type { Registration } from '../../lib/registrations/registration.ts'
import type { Bench } from './benchmark.ts'
import { measurePairs, timed } from './measure.ts'
import { openAsking } from './registration.ts'
import { factRow, plainRow, type Row, ratioRow } from './table.ts'
import { explain, isRealMongo, type Looks, openWatched, type WatchedDatabase } from './watched.ts'

const few = 100
const many = 10_000
const mostRatio = 1.2
const page = 50
const wish = { message: 'I sing tenor.', email: 'robin@elsewhere.example' }

/** What is asked of registrations as a whole, with a hundred that wait for a decision and with ten thousand. */
export async function registrationLists({ quick, gatehouse }: Bench): Promise<readonly Row[]> {
  const running = await gatehouse()
  const asked = await openAsking(running.world)(wish)
  const registrations = running.db.collection<RegistrationDocument>('registrations')
  const model = await registrations.findOne({ _id: asked.rid })
  if (model === null) throw new Error('The handler has stored nothing.')
  const filled = (count: number) => openFilled(running.databaseUri, { model, count })
  const short = await filled(few)
  const long = await filled(many)
  const rows: Row[] = []
  try {
    for (const question of questions) {
      const about = { question, kind: running.database, quick }
      rows.push(await looksRow(about, short, long), await timeRow(about, short, long))
    }
    return rows
  } finally {
    await short.client.close()
    await long.client.close()
  }
}

interface Filled extends WatchedDatabase {
  /** As if by age; all of them wait. */
  readonly waiting: readonly Registration[]
}

interface Question {
  readonly what: string
  /** Why it may look at all of them. */
  readonly verdict?: string
  ask(database: Database, place: Place): Promise<unknown>
}

interface Place {
  readonly newest: Registration
  readonly early: Registration
}

const questions: readonly Question[] = [
  {
    what: 'the list',
    ask: ({ registrationLists: lists }) => lists.waiting(undefined, page),
  },
  {
    what: 'the next page',
    ask: ({ registrationLists: lists }, { early }) => lists.waiting(early, page),
  },
  { what: 'the next', ask: ({ registrationLists: lists }) => lists.waiting(undefined, 1) },
  {
    what: 'the place of the newest',
    ask: ({ registrationLists: lists }, { newest }) => lists.position(newest, mostAhead),
  },
  {
    what: 'earlier ones of an address',
    ask: ({ registrationKeys: keys }, { newest }) => keys.historyOf(newest, mostHistory),
  },
  {
    what: 'the cap',
    ask: ({ registrationLists: lists }) => lists.hasPending(usualPendingCap + 1),
  },
  {
    what: 'what is over',
    ask: ({ registrationLists: lists }, { newest }) => lists.expired(newest.createdAt, sweepLimit),
  },
  {
    what: 'what is parked',
    ask: ({ registrationLists: lists }, { newest }) => lists.parked(newest.createdAt, sweepLimit),
  },
  {
    what: 'what another key has sealed',
    ask: ({ registrationLists: lists }, { newest }) =>
      lists.sealedByOthers(newest.sealed.keyId, sweepLimit),
  },
  {
    what: 'the number for the digest',
    verdict: 'no aim: once a day',
    ask: ({ registrationLists: lists }, { newest }) => lists.countWaiting(newest.createdAt),
  },
]

async function openFilled(
  databaseUri: string,
  { model, count }: { readonly model: RegistrationDocument; readonly count: number },
): Promise<Filled> {
  const commands = ['find', 'aggregate', 'count']
  const watched = await openWatched(databaseUri, `registrations_${count}`, commands)
  const began = model.createdAt.getTime()
  const documents = Array.from({ length: count }, (_, at): RegistrationDocument => {
    const createdAt = new Date(began + at)
    const addressKey = randomBytes(32).toString('base64url')
    return { ...model, _id: randomBytes(16).toString('base64url'), createdAt, addressKey }
  })
  await watched.db.collection<RegistrationDocument>('registrations').insertMany(documents)
  return { ...watched, waiting: documents.map(toRegistration) }
}

interface About {
  readonly question: Question
  readonly kind: string
  readonly quick: boolean
}

async function looksRow({ question, kind }: About, short: Filled, long: Filled): Promise<Row> {
  const what = `${question.what} among ${many} pending, as among ${few}`
  const [aim, figure] = [await looksOf(question, short), await looksOf(question, long)]
  if (aim === undefined || figure === undefined) {
    return plainRow(what, '', `${kind} does not say`, 'not judged')
  }
  const { verdict } = question
  return verdict ? plainRow(what, '', figure, verdict) : factRow(what, aim, figure)
}

async function looksOf(question: Question, filled: Filled): Promise<string | undefined> {
  filled.sent.length = 0
  await askOf(question, filled)
  const looks = await Promise.all(filled.sent.map((command) => explain(filled.db, part(command))))
  const told = looks.filter((one) => one !== undefined)
  return told.length === looks.length ? told.map(wordLooks).join('; ') : undefined
}

function wordLooks({ plan, keys, documents }: Looks): string {
  return `${plan}, keys ${keys}, documents ${documents}`
}

// Not what belongs to the session that sent it.
function part(command: Record<string, unknown>): Record<string, unknown> {
  const { lsid, $db, $clusterTime, txnNumber, readConcern, ...rest } = command
  return rest
}

function askOf({ ask }: Question, { database, waiting }: Filled): Promise<unknown> {
  const [newest, early] = [waiting.at(-1), waiting[10]]
  if (!newest || !early) throw new Error('Nothing waits.')
  return ask(database, { newest, early })
}

async function timeRow(
  { question, kind, quick }: About,
  short: Filled,
  long: Filled,
): Promise<Row> {
  const isReal = isRealMongo(kind)
  const pairs = await measurePairs(isReal && !quick ? 100 : 10, {
    measured: () => timed(() => askOf(question, long)),
    bare: () => timed(() => askOf(question, short)),
  })
  const row = ratioRow(`${question.what}: time among ${many} / ${few}`, mostRatio, pairs)
  if (question.verdict) return { ...row, aim: '', verdict: question.verdict }
  return isReal ? row : { ...row, verdict: 'not judged: no real mongod' }
}
