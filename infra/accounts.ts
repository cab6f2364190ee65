import { parseArgs } from 'node:util'
import * as z from 'zod'
import { putAccount } from '../lib/accounts/operator-account.ts'
import { address, displayName, username } from '../lib/accounts/rules.ts'
import { judgePassword, toPersonalWords } from '../lib/passwords/rules.ts'
import { refuse, withDatabase } from './console.ts'
import { readSecretInput } from './secret-input.ts'

const usage = `Makes an account, or gives an existing one a new password and role.

  npm run accounts -- create --username NAME --role service|member|staff|admin
                             [--display-name TEXT] [--address MAIL] [--language en|de]
                             [--stage STAGE]

The password is asked for without echo, or read from standard input. The account goes into the database of the stage,
else into that of MONGODB_URI, else into the local run's.`

const wish = z.object({
  username: username(),
  role: z.enum(['service', 'member', 'staff', 'admin']),
  displayName: displayName().optional(),
  address: address().optional(),
  language: z.enum(['en', 'de']).default('en'),
})

async function create(): Promise<void> {
  const given = readArguments()
  if (!given) return refuse(usage)
  const { values, positionals } = given
  const read = wish.safeParse({ ...values, displayName: values['display-name'] })
  if (positionals[0] !== 'create' || !read.success) {
    const [issue] = read.success ? [] : read.error.issues
    return refuse(issue ? `${issue.path.join('.')}: ${issue.message}\n\n${usage}` : usage)
  }
  const person = { ...read.data, displayName: read.data.displayName ?? read.data.username }
  const password = await readSecretInput('Password')
  const broken = await judge(password, person)
  if (broken !== undefined) return refuse(`This password cannot be used: ${broken}.`)
  await withDatabase(values.stage, async (database, name) => {
    await database.prepare()
    const account = { ...person, address: person.address ?? null, password }
    const done = await putAccount({ database, clock: { now: () => new Date() } }, account)
    console.log(
      `The account ${person.username} (${person.role}) was ${done} in the database ${name}.`,
    )
  })
}

function readArguments() {
  const text = { type: 'string' } as const
  const options = {
    ...{ username: text, role: text, address: text, language: text, stage: text },
    'display-name': text,
  }
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch {
    // What it would say repeats the arguments, and somebody may have put a password there.
    return undefined
  }
}

async function judge(
  password: string,
  person: { username: string; displayName: string; address?: string | undefined },
) {
  const owner = { ...person, address: person.address ?? null, communityName: '' }
  // The list of common passwords belongs to the bundle; an operator's machine need not have it.
  const commonPasswords = { contains: async () => false }
  return judgePassword(password, { commonPasswords, personal: toPersonalWords(owner) })
}

await create()
