import type { Link } from '../../passwords/link.ts'
import { linkKeptDays } from '../../passwords/policy.ts'
import type { Records } from '../../ports.ts'
import type { LinkDocument, Scope } from './collections.ts'

const holdMilliseconds = 30_000
const millisecondsPerDay = 24 * 60 * 60 * 1000

/** Mailed links in MongoDB. */
export function mongoLinks({ collections, tx, run }: Scope): Records['links'] {
  const { links } = collections
  return {
    find: (tokenHash) => run(async () => toLink(await links.findOne({ _id: tokenHash }, tx))),
    insertNewest: (link) =>
      run(async () => {
        // Two links of one account at once both write here, so that one of them comes second (T10).
        const holder = { heldName: link.username }
        await collections.accounts.updateOne(holder, { $inc: { touches: 1 } }, tx)
        await links.updateMany(
          stillGood(link.username),
          { $set: { replacedAt: link.createdAt } },
          tx,
        )
        await links.insertOne(toDocument(link), tx)
      }),
    endAll: (username, now) =>
      run(async () => {
        await links.updateMany(stillGood(username), { $set: { replacedAt: now } }, tx)
      }),
    hold: (tokenHash, now) =>
      run(async () => {
        const free = { ...isGood(tokenHash, now), heldUntil: { $not: { $gt: now } } }
        const heldUntil = new Date(now.getTime() + holdMilliseconds)
        const result = await links.updateOne(free, { $set: { heldUntil } }, tx)
        return result.modifiedCount === 1
      }),
    release: (tokenHash) =>
      run(async () => {
        await links.updateOne({ _id: tokenHash }, { $unset: { heldUntil: 1 } }, tx)
      }),
    spend: (tokenHash, now) =>
      run(async () => {
        const used = { $set: { usedAt: now } }
        const result = await links.updateOne(isGood(tokenHash, now), used, tx)
        return result.modifiedCount === 1
      }),
  }
}

function stillGood(username: string) {
  return { username, usedAt: null, replacedAt: null }
}

function isGood(tokenHash: string, now: Date) {
  return { _id: tokenHash, usedAt: null, replacedAt: null, expiresAt: { $gt: now } }
}

function toDocument({ tokenHash, ...link }: Link): LinkDocument {
  const purgeAt = new Date(link.expiresAt.getTime() + linkKeptDays * millisecondsPerDay)
  return { _id: tokenHash, ...link, purgeAt }
}

function toLink(document: LinkDocument | null): Link | undefined {
  if (document === null) return undefined
  const { _id, purgeAt, heldUntil, ...link } = document
  return { tokenHash: _id, ...link }
}
