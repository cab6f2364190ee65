import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { HostFacts } from '../../lib/passwords/host-facts.ts'
import { localEnvironment, withDatabase } from '../console.ts'
import { readCommonPasswords, toList } from '../passwords.ts'
import type { SeenFacts } from './installer-wire.ts'

/** Stores what the host demands of passwords where the rules read it, and says so. */
export async function keepFacts(seen: SeenFacts, stage: string | undefined): Promise<void> {
  const isNamed = stage !== undefined || process.env['MONGODB_URI']
  if (!isNamed && (await localEnvironment()) === undefined) {
    const why = 'No stage was named, so the password rules of the host were not stored.'
    console.log(`${why} Run host:check with --stage.`)
    return
  }
  const facts = await toFacts(seen, new Date())
  await withDatabase(stage, async (database, name) => {
    await database.hostFacts.replace(facts)
    console.log(
      `Stored in the database ${name}: strength level ${facts.level}, ${wordList(facts)}.`,
    )
  })
}

/** The facts as the rules want them: of the host's list only what ours has not. */
export async function toFacts(seen: SeenFacts, takenAt: Date): Promise<HostFacts> {
  const { version, level, strength, list } = seen
  const facts = { takenAt, version, level, strength, listDigest: list?.sha256 ?? null }
  if (list === null || level < 1) return { ...facts, listedBesides: '' }
  const theirs = toList((await unpack(list.gzip)).toString('utf8')).split('\n')
  const ours = await readCommonPasswords()
  return { ...facts, listedBesides: theirs.filter((entry) => !ours.has(entry)).join('\n') }
}

function unpack(packed: string): Promise<Buffer> {
  return promisify(gunzip)(Buffer.from(packed, 'base64'))
}

function wordList({ listDigest, listedBesides }: HostFacts): string {
  if (listDigest === null) return 'no list of passwords'
  const count = listedBesides === '' ? 0 : listedBesides.split('\n').length
  return `list ${listDigest.slice(0, 12)} with ${count} entries that Gatehouse's own lacks`
}

/** Sentences about what an operator should know of this host. */
export function warnings({ hooks, portal }: SeenFacts): string[] {
  const about = hooks.map(({ path, traced, reads }) => {
    if (traced && reads) {
      return `${path} reads the password and runs under bash -x: it writes passwords of members into YunoHost's logs. Take it away.`
    }
    return `${path} gets the passwords of members in its environment${traced ? ', and what it expands goes into the logs' : ''}.`
  })
  const switches = Object.keys(portal).length === 0 ? ', aliases and forwards' : ''
  const left = `YunoHost's portal lets members change their full name and password${switches}, and this release has no switch for that: a password changed there is not known to Gatehouse.`
  return [...about, left]
}

/** Prints them. */
export function printWarnings(facts: SeenFacts): void {
  for (const warning of warnings(facts)) console.log(`Note: ${warning}`)
}
