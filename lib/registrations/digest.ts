import type { Database, Doorbell, Log, Registering } from '../ports.ts'
import { ringFor } from '../queue/ring.ts'
import { type LetterUses, letterTask } from './letters.ts'
import { digestHours, digestPauseHours } from './policy.ts'

interface DigestUses extends LetterUses {
  readonly log: Log
  readonly database: Database
  readonly doorbell: Doorbell
  readonly registering: Registering
}

const sent = 'registration_digest'

/** Tells every manager, at most once in 24 hours, how many registrations have waited for longer than a day. */
export async function sendDigest(uses: DigestUses): Promise<void> {
  const { database, registering, clock } = uses
  const now = clock.now()
  const before = new Date(now.getTime() - digestHours * 3_600_000)
  const [oldest] = await database.registrationLists.waiting(undefined, 1)
  if (!oldest || oldest.createdAt > before || registering.managers.length === 0) return
  if (await database.counters.isKnown(sent, now)) return
  const waiting = await database.registrationLists.countWaiting(before)
  const mail = {
    template: 'registration_digest',
    waiting,
    oldestAt: oldest.createdAt,
  } as const
  const language = uses.site.defaultLanguage
  const letters = await Promise.all(
    registering.managers.map((to, index) =>
      letterTask(uses, { rid: 'digest', slot: `manager-${index}`, to, language, mail }),
    ),
  )
  await database.transaction(async (records) => {
    for (const letter of letters) await records.tasks.insert(letter)
  })
  // Only now: twice is better than never.
  const next = new Date(now.getTime() + digestPauseHours * 3_600_000)
  await database.counters.makeKnown(sent, next)
  await ringFor(uses, letters)
}
