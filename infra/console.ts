import { readFile } from 'node:fs/promises'
import { connectTo } from '../lib/adapters/mongo/client.ts'
import { openDatabase } from '../lib/adapters/mongo/database.ts'
import { Failure, failureEntry } from '../lib/failure.ts'
import type { Database } from '../lib/ports.ts'
import { projectFile } from './project.ts'

/** The environment of a local run, while it lasts: what `npm start` wrote down for other commands. */
export async function localEnvironment(): Promise<Record<string, string> | undefined> {
  const path = projectFile('.local/environment.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Runs an operator's command against the database of `MONGODB_URI`, else the local run's, and words what goes wrong. */
export async function withDatabase(
  work: (database: Database, name: string) => Promise<void>,
): Promise<void> {
  const uri = process.env['MONGODB_URI'] ?? (await localEnvironment())?.['MONGODB_URI']
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^/?]+)/.exec(uri ?? '')?.[1]
  if (!uri || !name) {
    return refuse(
      'Set MONGODB_URI to mongodb://HOST:PORT/DATABASE, or run `npm start` beside this.',
    )
  }
  const connection = connectTo(uri)
  try {
    await work(openDatabase(connection), name)
  } catch (error) {
    refuse(wordFailure(error))
  } finally {
    await connection.client.close()
  }
}

/** Prints a sentence for the operator and lets the command end with status 1. */
export function refuse(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}

function wordFailure(error: unknown): string {
  if (!(error instanceof Failure)) throw error
  if (error.code === 'unavailable') return 'No database answers at MONGODB_URI.'
  return error.details.text ?? failureEntry(error.code).text
}
