import { stdin } from 'node:process'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import type { Account } from '../lib/accounts/account.ts'
import {
  changeOperatorAccount,
  createOperatorAccount,
  findChangeable,
  type OperatorChange,
} from '../lib/accounts/operator-account.ts'
import { address, displayName, username } from '../lib/accounts/rules.ts'
import { ringSealer } from '../lib/adapters/keys.ts'
import { systemClock, systemRandom } from '../lib/adapters/system.ts'
import { newWorld, openPorts } from '../lib/adapters/world.ts'
import { failureEntry } from '../lib/failure.ts'
import { judgePassword, toPersonalWords } from '../lib/passwords/rules.ts'
import type { Database } from '../lib/ports.ts'
import type { NewTaskUses } from '../lib/queue/new-task.ts'
import { isConsented, refuse, wantedEnvironment, withDatabase } from './console.ts'
import { readCommonPasswords } from './passwords.ts'
import { readSecretInput } from './secret-input.ts'

const usage = `Makes an account, or changes one that is there.

  npm run accounts -- create --username NAME --role service|member|staff|admin
                             [--display-name TEXT] [--address MAIL] [--language en|de]
                             [--stage STAGE]
  npm run accounts -- change --username NAME [--role ROLE] [--address MAIL] [--new-password]
                             [--yes] [--stage STAGE]

create refuses a name that anybody holds or has asked for. change shows whose account it is and asks first; --yes does
not ask. Whoever is signed in to it has to sign in again.

The password is asked for without echo, or read from standard input. The account is in the database of the stage,
else in that of MONGODB_URI, else in the local run's.`

const role = z.enum(['service', 'member', 'staff', 'admin'])

const creation = z.strictObject({
  username: username(),
  role,
  'display-name': displayName().optional(),
  address: address().optional(),
  language: z.enum(['en', 'de']).default('en'),
  stage: z.string().optional(),
})

const alteration = z.strictObject({
  username: username(),
  role: role.optional(),
  address: address().optional(),
  'new-password': z.boolean().default(false),
  yes: z.boolean().default(false),
  stage: z.string().optional(),
})

const uses = (database: Database) => ({ database, clock: { now: () => new Date() } })

async function create({ stage, ...given }: z.infer<typeof creation>): Promise<void> {
  const { 'display-name': name = given.username, ...rest } = given
  const person = { ...rest, displayName: name, address: given.address ?? null }
  await withDatabase(stage, async (database, databaseName) => {
    await database.prepare()
    await refuseHeld(database, person.username)
    const password = await readPassword(database, 'Password', person)
    try {
      await createOperatorAccount(uses(database), { ...person, password })
    } catch (error) {
      // Somebody was faster: the same sentence as if they had been there before.
      await refuseHeld(database, person.username)
      throw error
    }
    console.log(
      `The account ${person.username} (${person.role}) was created in the database ${databaseName}.`,
    )
  })
}

async function refuseHeld({ accounts }: Database, name: string): Promise<void> {
  const holder = await accounts.find(name)
  if (holder === undefined) return
  throw new Error(`The username ${name} is taken: an account in state ${holder.state}, asked for by ${holder.createdBy}. It is left as it is.
An active one is changed by: npm run accounts -- change --username ${name}`)
}

async function change({ stage, yes, ...wish }: z.infer<typeof alteration>): Promise<void> {
  await withDatabase(stage, async (database, databaseName) => {
    await database.prepare()
    const account = await findChangeable(database, wish.username)
    console.log(describe(account, wish))
    if (!(await isConsented(yes))) return
    const isForHost = wish['new-password'] && account.usedOnHost
    const toHost = isForHost ? await openWay(stage) : undefined
    const password = wish['new-password']
      ? await readPassword(database, 'New password', account)
      : undefined
    const change = { role: wish.role, address: wish.address, password }
    await changeOperatorAccount({ ...uses(database), toHost }, account, change)
    console.log(
      `The account ${account.username} (${wish.role ?? account.role}) was changed in the database ${databaseName}.`,
    )
    if (isForHost) console.log('The host gets the password from the queue, within a minute or two.')
  })
}

async function openWay(stage: string | undefined): Promise<NewTaskUses> {
  const environment = await wantedEnvironment(stage, 'MONGODB_URI')
  if (environment?.['SECRETS_PATH'] === undefined) {
    throw new Error(
      'The host gets the new password too, sealed until then: name a stage with --stage, or set SECRETS_PATH beside MONGODB_URI.',
    )
  }
  const table = { clock: systemClock, random: systemRandom, sealer: ringSealer }
  return openPorts(table, newWorld(environment))
}

function describe(
  account: Account,
  wish: OperatorChange & { readonly 'new-password': boolean },
): string {
  const day = account.createdAt.toISOString().slice(0, 10)
  const where = account.usedOnHost ? ', on the host too' : ''
  return [
    `The account ${account.username} (${account.displayName}) is ${account.state}:`,
    `  role ${account.role}, address ${account.address ?? 'none'}, asked for by ${account.createdBy} on ${day}`,
    'What changes:',
    ...(wish.role === undefined ? [] : [`  - the role becomes ${wish.role}`]),
    ...(wish.address === undefined ? [] : [`  - the address becomes ${wish.address}`]),
    ...(wish['new-password'] ? [`  - the password becomes another one${where}`] : []),
    '  - its sessions and mailed links end',
  ].join('\n')
}

async function readPassword(
  database: Database,
  question: string,
  person: Pick<Account, 'username' | 'displayName' | 'address'>,
): Promise<string> {
  const password = await readSecretInput(question)
  if (password === '') throw new Error('No password was given.')
  const personal = toPersonalWords({ ...person, communityName: '' })
  const list = await readCommonPasswords()
  const commonPasswords = { contains: async (one: string) => list.has(one) }
  const host = await database.hostFacts.find()
  const broken = await judgePassword(password, { commonPasswords, personal, host })
  if (broken !== undefined) throw new Error(failureEntry(broken).text)
  // A slip of the finger would lock the account, and nothing of it was shown.
  const isRepeated = !stdin.isTTY || (await readSecretInput('Once more')) === password
  if (!isRepeated) throw new Error('That was another password. Nothing was changed.')
  return password
}

function readArguments() {
  const [text, flag] = [{ type: 'string' } as const, { type: 'boolean' } as const]
  const options = {
    ...{ username: text, role: text, address: text, language: text, stage: text },
    ...{ 'display-name': text, 'new-password': flag, yes: flag },
  }
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch {
    // What it would say repeats the arguments, and somebody may have put a password there.
    return undefined
  }
}

function refuseWords({ issues: [issue] }: z.ZodError): void {
  const field = issue?.path.join('.')
  refuse(field ? `${field}: ${issue?.message}\n\n${usage}` : usage)
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments() ?? { values: {}, positionals: [] }
  if (positionals.length !== 1) return refuse(usage)
  if (positionals[0] === 'create') {
    const read = creation.safeParse(values)
    return read.success ? create(read.data) : refuseWords(read.error)
  }
  const read = alteration.safeParse(values)
  const isEmpty = !(values.role || values.address || values['new-password'])
  if (positionals[0] !== 'change' || isEmpty) return refuse(usage)
  return read.success ? change(read.data) : refuseWords(read.error)
}

await main()
