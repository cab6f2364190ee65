import type { Filter, WithId } from 'mongodb'
import type { Account, AccountChange, NewAccount } from '../../accounts/account.ts'
import { toAddressKey, toNameKey } from '../../accounts/name-keys.ts'
import { Failure } from '../../failure.ts'
import type { Records } from '../../ports.ts'
import { madeFor } from '../../registrations/made-for.ts'
import type { AccountDocument, Scope } from './collections.ts'
import { brokenKey } from './errors.ts'

/** Accounts in MongoDB. */
export function mongoAccounts(scope: Scope): Records['accounts'] {
  const { tx, run } = scope
  const { accounts } = scope.collections
  return {
    find: (username) =>
      run(async () => {
        return toAccount(await accounts.findOne({ heldName: username }, tx))
      }),
    findByAddress: (addressKey) =>
      run(async () => {
        return toAccount(await accounts.findOne({ heldAddress: addressKey }, tx))
      }),
    findNamesakes: (username, displayNameKey) =>
      run(() => findNamesakes(scope, username, displayNameKey)),
    displayNamesOf: (usernames) =>
      run(async () => {
        const held = { heldName: { $in: [...usernames] } }
        const projection = { _id: 0, heldName: 1, displayNameKey: 1 } as const
        const found = await accounts.find(held, { ...tx, projection }).toArray()
        return new Map(
          found.map(({ heldName, displayNameKey }) => [String(heldName), displayNameKey]),
        )
      }),
    insert: (account) =>
      run(async () => {
        try {
          await accounts.insertOne(toDocument(account), tx)
        } catch (error) {
          throw wordDuplicate(error)
        }
      }),
    touch: ({ username, passwordHash, role }) =>
      run(async () => {
        const unchanged = { heldName: username, passwordHash, role, state: 'active' as const }
        const used = { $inc: { touches: 1 }, $set: { isUsed: true as const } }
        return (await accounts.updateOne(unchanged, used, tx)).matchedCount === 1
      }),
    hasSignedIn: (username) =>
      run(async () => (await accounts.findOne({ heldName: username, isUsed: true }, tx)) !== null),
    removeReservation: (rid) =>
      run(async () => {
        await accounts.deleteOne({ createdBy: madeFor(rid), ...reserved }, tx)
      }),
    update: (username, change) =>
      run(async () => {
        try {
          const filter = { heldName: username }
          const released = releasedBy(change)
          if (released.length > 0) return await writeAnew(scope, filter, change)
          return (
            (await accounts.updateOne(filter, { $set: toFields(change) }, tx)).matchedCount === 1
          )
        } catch (error) {
          throw wordDuplicate(error)
        }
      }),
  }
}

async function findNamesakes(
  { collections: { accounts }, tx }: Scope,
  username: string,
  displayNameKey: string,
) {
  // One read, by these keys alone: with a condition on the holder a server may read a whole index.
  const either = { $or: [{ displayNameKey: username }, { heldName: displayNameKey }] }
  const projection = { _id: 0, heldName: 1, displayNameKey: 1 } as const
  const found = await accounts.find(either, { ...tx, projection }).toArray()
  const holders = found.filter(({ heldName }) => heldName !== undefined)
  return {
    ofUsername: holders.some((holder) => holder.displayNameKey === username),
    ofDisplayName: holders.some(
      ({ heldName }) => heldName === displayNameKey && heldName !== username,
    ),
  }
}

function toDocument(account: NewAccount): AccountDocument {
  return {
    ...account,
    displayNameKey: toNameKey(account.displayName),
    heldName: account.username,
    ...(account.address === null ? {} : { heldAddress: toAddressKey(account.address) }),
  }
}

// Made nowhere yet: only then the name goes with its registration.
const reserved = { state: 'approved', usedOnHost: false } as const

function toAccount(document: WithId<AccountDocument> | null): Account | undefined {
  if (document === null) return undefined
  const { _id, displayNameKey, heldName, heldAddress, touches, isUsed, ...account } = document
  return account
}

function toFields({ releaseName, ...change }: AccountChange) {
  return {
    ...change,
    ...(change.displayName === undefined ? {} : { displayNameKey: toNameKey(change.displayName) }),
    ...(typeof change.address === 'string'
      ? { heldAddress: toAddressKey(change.address), addressState: 'good' as const }
      : {}),
  }
}

function releasedBy(change: AccountChange): ReadonlyArray<'heldName' | 'heldAddress'> {
  const isOver = change.state === 'failed' || change.state === 'gone'
  const isAddressFree = isOver || change.address !== undefined
  return [
    ...(change.releaseName ? (['heldName'] as const) : []),
    ...(isAddressFree ? (['heldAddress'] as const) : []),
  ]
}

// Deleted and inserted instead of updated, inside the caller's transaction: SecantusDB 0.5.3 lets an
// update take a unique key away from a document and goes on refusing that key to others.
async function writeAnew(
  { collections: { accounts }, tx }: Scope,
  filter: Filter<AccountDocument>,
  change: AccountChange,
): Promise<boolean> {
  const before = await accounts.findOneAndDelete(filter, tx)
  if (before === null) return false
  const { _id, ...document } = before
  // Mail for the last holder of a used name still arrives, so nobody else may get it (design.md 13).
  const released = releasedBy(before.usedOnHost ? { ...change, releaseName: false } : change)
  const kept = Object.entries(document).filter(([key]) => !released.some((one) => one === key))
  const unchanged = Object.fromEntries(kept) as typeof document
  await accounts.insertOne({ ...unchanged, ...toFields(change) }, tx)
  return true
}

function wordDuplicate(error: unknown): unknown {
  const key = brokenKey(error)
  if (key === 'heldName') return new Failure('username_taken', { cause: error })
  if (key === 'heldAddress')
    return new Failure('address_taken', { field: 'recovery_email', cause: error })
  return error
}
