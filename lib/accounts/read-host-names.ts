import type { Clock, Database, Host, Log } from '../ports.ts'
import { type GateAnswer, HostError, type NamesSeen } from '../yunohost/gate.ts'
import { type HostNames, toHostNames } from './host-names.ts'

/** What reading the host's names needs. */
export interface ReadHostNamesUses {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly database: Database
  readonly host: Host
}

// Every YunoHost has these; where they are missing, the read did not see what is there.
const namesOfEveryHost = ['root', 'admins', 'all_users', 'visitors']

// A host that lost most of its names over night is rather one that was not read well. After a week it is believed.
const leastShare = 0.5
const longestDoubtDays = 7

const question = {
  op: 'read',
  verb: 'names',
  args: {},
  // Names no job: a read starts none.
  task: 'read-host-names-of-today',
  step: 1,
  fence: 1,
  wait: 0,
} as const

/**
 * Copies the names in use on the host, for whoever asks for an account. The copy before stays, and the log
 * says why, when the host does not answer or shows less than a host has. Throws when the database does not answer.
 */
export async function readHostNames(uses: ReadHostNamesUses): Promise<void> {
  const answer = await ask(uses)
  if (answer === undefined) return
  const { names: seen, seconds } = answer
  if (seen === undefined) return keepOld(uses, wordless(answer), answer.class === 'trouble')
  const usernames = seen.people.map(({ username }) => username)
  const [old, known] = await Promise.all([
    uses.database.hostNames.find(),
    uses.database.accounts.displayNamesOf(usernames),
  ])
  const copy = toHostNames(seen, known, uses.clock.now())
  const doubt = doubtIn(seen, copy, old)
  if (doubt !== undefined) return keepOld(uses, doubt)
  await uses.database.hostNames.replace(copy)
  uses.log.info('host_names_read', { seconds })
}

async function ask({ host, log }: ReadHostNamesUses): Promise<GateAnswer | undefined> {
  try {
    return await host.ask(question)
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    keepOld({ log }, error.message, error.kind !== 'identity')
    return undefined
  }
}

function wordless({ text, class: kind, state }: GateAnswer): string {
  return text || `The gate gives no names: ${state}, ${kind}.`
}

// A host that is in trouble gets out of it, and its tasks tell of it. The rest stays until somebody looks.
function keepOld({ log }: Pick<ReadHostNamesUses, 'log'>, reason: string, passes = false): void {
  const level = passes ? 'info' : 'error'
  log[level]('host_names_kept', { reason })
}

function doubtIn(seen: NamesSeen, copy: HostNames, old: HostNames | undefined): string | undefined {
  const missing = namesOfEveryHost.filter((name) => !seen.reserved.includes(name))
  if (missing.length > 0) return `The host does not show ${missing.join(', ')}.`
  if (old === undefined || !isYoung(old, copy)) return undefined
  const [before, now] = [old.reserved.length, copy.reserved.length]
  return now < before * leastShare
    ? `The host shows ${now} names of its own, after ${before}.`
    : undefined
}

function isYoung(old: HostNames, copy: HostNames): boolean {
  const days = (copy.takenAt.getTime() - old.takenAt.getTime()) / 86_400_000
  return days < longestDoubtDays
}
