import type { CreateIndexesOptions, IndexSpecification } from 'mongodb'
import type { Collections } from './collections.ts'

interface Index {
  readonly collection: keyof Collections
  readonly key: IndexSpecification
  readonly options: CreateIndexesOptions & { readonly name: string }
}

const indexes: readonly Index[] = [
  {
    collection: 'accounts',
    key: { heldName: 1 },
    options: { name: 'one_holder_of_a_name', unique: true, sparse: true },
  },
  {
    collection: 'accounts',
    key: { heldAddress: 1 },
    options: { name: 'one_holder_of_an_address', unique: true, sparse: true },
  },
  { collection: 'accounts', key: { displayNameKey: 1 }, options: { name: 'by_display_name' } },
  {
    collection: 'accounts',
    key: { createdBy: 1 },
    options: { name: 'reservations', partialFilterExpression: { state: 'approved' } },
  },
  { collection: 'sessions', key: { username: 1 }, options: { name: 'by_username' } },
  {
    collection: 'sessions',
    key: { expiresAt: 1 },
    options: { name: 'gone_when_expired', expireAfterSeconds: 0 },
  },
  { collection: 'links', key: { username: 1 }, options: { name: 'by_username' } },
  {
    collection: 'links',
    key: { purgeAt: 1 },
    options: { name: 'gone_when_purged', expireAfterSeconds: 0 },
  },
  {
    collection: 'counters',
    key: { endsAt: 1 },
    options: { name: 'gone_when_ended', expireAfterSeconds: 0 },
  },
  {
    collection: 'queue',
    key: { readyIn: 1, timestamp: 1, _id: 1 },
    options: { name: 'ready_by_age' },
  },
  {
    collection: 'queue',
    key: { headOf: 1 },
    options: { name: 'one_head_of_a_resource', unique: true, sparse: true },
  },
  {
    collection: 'queue',
    key: { lane: 1 },
    options: {
      name: 'one_running_on_the_host',
      unique: true,
      partialFilterExpression: { lane: 'host', status: 'running' },
    },
  },
  {
    collection: 'queue',
    key: { lane: 1, status: 1, timestamp: 1 },
    options: { name: 'by_status' },
  },
  {
    collection: 'queue',
    key: { lane: 1, resource: 1, turn: 1 },
    options: { name: 'by_turn' },
  },
  { collection: 'queue', key: { lane: 1, notBefore: 1 }, options: { name: 'delayed' } },
  {
    collection: 'registrations',
    key: { waits: 1, createdAt: 1, _id: 1 },
    options: { name: 'waiting_by_age', partialFilterExpression: { waits: true } },
  },
  // Of the undecided ones alone: a question about decided ones must not be answered by looking through all of them.
  {
    collection: 'registrations',
    key: { status: 1 },
    options: { name: 'undecided', partialFilterExpression: { status: 'pending' } },
  },
  { collection: 'registrations', key: { expiresAt: 1 }, options: { name: 'by_expiry' } },
  { collection: 'registrations', key: { parkedAt: 1 }, options: { name: 'by_parking' } },
  { collection: 'registrations', key: { addressKey: 1 }, options: { name: 'by_address' } },
  { collection: 'registrations', key: { nameKey: 1 }, options: { name: 'by_name' } },
  { collection: 'registrations', key: { 'sealed.keyId': 1 }, options: { name: 'by_key' } },
  {
    collection: 'heldAddresses',
    key: { addressKey: 1 },
    options: { name: 'one_open_registration_of_an_address', unique: true },
  },
  { collection: 'traces', key: { keys: 1, at: -1 }, options: { name: 'by_key' } },
  {
    collection: 'traces',
    key: { purgeAt: 1 },
    options: { name: 'gone_when_purged', expireAfterSeconds: 0 },
  },
  { collection: 'logs', key: { action: 1, finishedAt: -1 }, options: { name: 'by_action' } },
  { collection: 'logs', key: { owner: 1, finishedAt: -1 }, options: { name: 'by_owner' } },
]

/** Makes every index that the rules rest on. Repeating it changes nothing. */
export async function ensureIndexes(collections: Collections): Promise<void> {
  for (const { collection, key, options } of indexes) {
    await collections[collection].createIndex(key, options)
  }
}
