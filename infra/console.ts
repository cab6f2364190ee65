import { connectTo } from '../lib/adapters/mongo/client.ts'
import { openDatabase } from '../lib/adapters/mongo/database.ts'
import { Failure, failureEntry } from '../lib/failure.ts'
import type { Database } from '../lib/ports.ts'

/** Runs an operator's command against the database of `MONGODB_URI`, and words what goes wrong. */
export async function withDatabase(work: (database: Database) => Promise<void>): Promise<void> {
  const uri = process.env['MONGODB_URI']
  if (!uri) return refuse('Set MONGODB_URI to the address of the database, then run this again.')
  const connection = connectTo(uri)
  try {
    await work(openDatabase(connection))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    refuse(error.details.text ?? failureEntry(error.code).text)
  } finally {
    await connection.client.close()
  }
}

/** Prints a sentence for the operator and lets the command end with status 1. */
export function refuse(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}
