import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import * as z from 'zod'
import { connectTo } from '../lib/adapters/mongo/client.ts'
import { openDatabase } from '../lib/adapters/mongo/database.ts'
import { Failure, failureEntry } from '../lib/failure.ts'
import type { Database } from '../lib/ports.ts'
import { readPrivate } from './local/private-file.ts'
import { findRun, runFiles } from './local/running.ts'
import { projectFile } from './project.ts'
import { stageDatabase, stageEnvironment } from './stage-environment.ts'

const environmentFile = z.record(z.string(), z.string())

/** The environment of a local run, while it lasts: what `npm start` wrote down for other commands. */
export async function localEnvironment(): Promise<Record<string, string> | undefined> {
  const folder = projectFile('.local')
  if ((await findRun(folder)) === undefined) return undefined
  return environmentFile.safeParse(await readPrivate(runFiles(folder).environment)).data
}

/**
 * Runs an operator's command against the database of a stage, else that of `MONGODB_URI`, else the local run's, and
 * words what goes wrong.
 */
export async function withDatabase(
  stage: string | undefined,
  work: (database: Database, name: string) => Promise<void>,
): Promise<void> {
  try {
    await withAddress(await databaseAddress(stage), work)
  } catch (error) {
    refuse(wordFailure(error))
  }
}

async function withAddress(
  uri: string | undefined,
  work: (database: Database, name: string) => Promise<void>,
): Promise<void> {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^/?]+)/.exec(uri ?? '')?.[1]
  if (!uri || !name) {
    const where = 'Name a stage with --stage, or set MONGODB_URI to mongodb://HOST:PORT/DATABASE'
    return refuse(`${where}, or run \`npm start\` beside this.`)
  }
  const connection = connectTo(uri)
  try {
    await work(openDatabase(connection), name)
  } finally {
    await connection.client.close()
  }
}

/** The environment that a command works in: that of a stage, else its own where that names this variable, else the local run's. */
export async function wantedEnvironment(
  stage: string | undefined,
  variable: 'MONGODB_URI' | 'SECRETS_PATH',
): Promise<Record<string, string | undefined> | undefined> {
  if (stage !== undefined) return stageEnvironment(stage)
  return process.env[variable] ? process.env : localEnvironment()
}

async function databaseAddress(stage: string | undefined): Promise<string | undefined> {
  if (stage !== undefined) return stageDatabase(stage)
  return process.env['MONGODB_URI'] ?? (await localEnvironment())?.['MONGODB_URI']
}

/** Prints a sentence for the operator and lets the command end with status 1. */
export function refuse(sentence: string): void {
  console.error(sentence)
  process.exitCode = 1
}

/** Whether the operator agrees to what was shown: by `--yes`, else when asked at the terminal. */
export async function isConsented(isAgreed: boolean): Promise<boolean> {
  if (isAgreed) return true
  if (!stdin.isTTY) {
    refuse('Nothing was changed. Say --yes where nobody can be asked.')
    return false
  }
  const asker = createInterface({ input: stdin, output: stdout })
  const answer = await asker.question('Do this? [y/N] ')
  asker.close()
  return /^y(es)?$/i.test(answer.trim())
}

function wordFailure(error: unknown): string {
  if (!(error instanceof Failure)) return error instanceof Error ? error.message : String(error)
  if (error.code === 'unavailable') return 'No database answers at that address.'
  return error.details.text ?? failureEntry(error.code).text
}
