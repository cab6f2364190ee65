import type { Database, Records } from '../ports.ts'
import type { Registration } from './registration.ts'

/** Somebody else changed the registration since it was read. */
class Outrun extends Error {
  override readonly name = 'Outrun'
}

const tries = 5

/**
 * A transaction about a registration, begun anew when somebody else was faster: the second one decides by what the first
 * one has written (T26).
 */
export async function changing<Result>(
  database: Pick<Database, 'transaction'>,
  work: (records: Records) => Promise<Result>,
  triesLeft = tries,
): Promise<Result> {
  try {
    return await database.transaction(work)
  } catch (error) {
    if (!(error instanceof Outrun) || triesLeft <= 1) throw error
    return changing(database, work, triesLeft - 1)
  }
}

/** Writes a new state over the one that was read; ends the transaction when that is not the newest any more. */
export async function store(records: Records, registration: Registration): Promise<void> {
  if (!(await records.registrations.replace(registration))) throw new Outrun('Changed meanwhile')
}

/** Removes what was read; ends the transaction when it is not the newest any more. */
export async function erase(
  records: Records,
  { rid, revision }: Pick<Registration, 'rid' | 'revision'>,
): Promise<void> {
  if (!(await records.registrations.remove(rid, revision))) throw new Outrun('Changed meanwhile')
}
