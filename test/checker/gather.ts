import type { Db } from 'mongodb'
import * as z from 'zod'
import type { MatrixAccounts } from '../../infra/local/matrix-accounts.ts'
import type { QueueUrls } from '../../infra/local/queues.ts'
import { filesBelow, type Place } from '../canary/canary.ts'
import { type Diary, harmless } from './diary.ts'
import { type HostPast, readHost } from './host-records.ts'
import { readQueues } from './queue-contents.ts'
import type { RecordedFault, RecordedTask, RunRecord, Sighting } from './run-record.ts'
import type { Stall } from './sampler.ts'

/** Where a Gatehouse is looked at from outside, past every proxy. */
export interface Outside {
  readonly db: Db
  readonly host: HostPast | undefined
  readonly queuesEndpoint: string
  readonly queueUrls: QueueUrls
  readonly mailboxEndpoint: string
  readonly mailSender: string
  readonly discordOrigin: string
  readonly webhook: string
  readonly matrixAccounts: MatrixAccounts
  /** The log, and whatever else must hold no secret. */
  readonly places: readonly Place[]
}

/** What was seen during a run. */
export interface Seen {
  readonly beganMs: number
  readonly diary: Diary
  readonly sightings: readonly Sighting[]
  readonly stalls: readonly Stall[]
  readonly expectedDead: readonly string[]
  readonly expectedFailures: readonly string[]
}

/** Reads everything that a run has left and puts it together. */
export async function gather(outside: Outside, seen: Seen): Promise<RunRecord> {
  const { beganMs, diary, sightings, stalls, expectedDead, expectedFailures } = seen
  const { acknowledgements, polls, registrationWords, faults, secrets } = diary
  const queues = await readQueues(outside.queuesEndpoint, outside.queueUrls)
  const [mails, chat] = await Promise.all([readMails(outside), readChat(outside)])
  const accounts = await outside.db.collection('accounts').find().toArray()
  return {
    ...{ beganMs, endedMs: Date.now(), acknowledgements, polls, registrationWords },
    ...{
      faults: [...faults, ...stalls.map(toFault)],
      secrets,
      matrixNames: outside.matrixAccounts.all().map(({ localpart }) => localpart),
    },
    registrations: await readRegistrations(outside.db),
    ...(await readHost(outside.host)),
    ...{ sightings: [...sightings], queues, mails, chat },
    ...{ expectedDead: [...expectedDead], expectedFailures: [...expectedFailures] },
    tasks: await readTasks(outside.db),
    accounts: accounts.map(({ username, address }) => ({ username, address })),
    places: [
      ...outside.places,
      ...(await readCollections(outside.db)),
      { name: 'queues', text: JSON.stringify(queues) },
      // The one place where a link's token belongs.
      { name: 'mails', text: JSON.stringify(mails).replace(/(token=|#[\w-]{22}\.)[\w-]+/g, '$1') },
      { name: 'chat', text: JSON.stringify(chat) },
      ...(await readHostFiles(outside.host)),
    ],
  }
}

// A machine that stands still takes leases from workers, and answers from whoever waits for them.
function toFault(stall: Stall): RecordedFault {
  return {
    name: 'the machine stood still',
    ...stall,
    ...harmless,
    isAmbiguous: true,
    isSudden: true,
  }
}

// The shape of a stored task, as far as it is judged.
const document = z.object({
  _id: z.string(),
  action: z.string(),
  lane: z.enum(['host', 'post']),
  resource: z.string(),
  status: z.string(),
  timestamp: z.date(),
  input: z.record(z.string(), z.unknown()),
  sealed: z.record(z.string(), z.unknown()),
  step: z.number(),
  lease: z.object({ until: z.date() }).nullable(),
})

async function readTasks(db: Db): Promise<RecordedTask[]> {
  const places = [
    ['queue', 'tasks_queue'],
    ['logs', 'logs'],
  ] as const
  const all = places.map(async ([place, name]) => {
    const found = z.array(document).parse(await db.collection(name).find().toArray())
    return found.map(({ _id, timestamp, sealed, step, lease, ...rest }) => ({
      ...{ id: _id, place, ...rest },
      timestampMs: timestamp.getTime(),
      tries: step,
      isSealed: Object.keys(sealed).length > 0,
      leaseUntilMs: lease?.until.getTime() ?? null,
    }))
  })
  return (await Promise.all(all)).flat()
}

const registrations = z.array(
  z.object({
    _id: z.string(),
    status: z.string(),
    targets: z.array(z.string()),
    matrixStatus: z.string(),
    accountStatus: z.string(),
  }),
)

async function readRegistrations(db: Db): Promise<RunRecord['registrations']> {
  const found = registrations.parse(await db.collection('registrations').find().toArray())
  return found.map(({ _id, ...rest }) => ({ rid: _id, ...rest }))
}

const store = z.object({
  emails: z.array(
    z.object({
      from: z.string(),
      destination: z.object({ to: z.array(z.string()).default([]) }),
      subject: z.string(),
      body: z.object({ text: z.string().default('') }),
      at: z.number(),
    }),
  ),
})

async function readMails({ mailboxEndpoint, mailSender }: Outside): Promise<RunRecord['mails']> {
  const { emails } = store.parse(await (await fetch(`${mailboxEndpoint}/store`)).json())
  return emails
    .filter(({ from }) => from === mailSender)
    .map(({ destination, subject, body, at }) => {
      return { to: destination.to[0] ?? '', subject, text: body.text, atMs: at * 1000 }
    })
}

const field = z.object({ name: z.string(), value: z.string() })
const posts = z.array(
  z.object({
    webhook: z.string(),
    at: z.string(),
    message: z.object({
      embeds: z.array(z.object({ title: z.string(), fields: z.array(field) })),
    }),
  }),
)

async function readChat({ discordOrigin, webhook }: Outside): Promise<RunRecord['chat']> {
  const all = posts.parse(await (await fetch(`${discordOrigin}/messages`)).json())
  return all
    .filter((post) => post.webhook === webhook)
    .map(({ at, message: { embeds } }) => ({
      title: embeds[0]?.title ?? '',
      about: embeds[0]?.fields[0]?.value ?? '',
      atMs: Date.parse(at),
    }))
}

async function readCollections(db: Db): Promise<readonly Place[]> {
  const collections = await db.collections()
  return Promise.all(
    collections.map(async (collection) => ({
      name: `collection ${collection.collectionName}`,
      text: JSON.stringify(await collection.find().toArray()),
    })),
  )
}

// What the key opens has to know it; nothing else on the host does.
const keyFiles = ['ssh/client_key', 'ssh/host_key']

async function readHostFiles(host: HostPast | undefined): Promise<readonly Place[]> {
  return host === undefined ? [] : filesBelow(host.folder, keyFiles)
}
