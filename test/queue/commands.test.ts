import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, inject, test } from 'vitest'
import { compiledOnce } from '../support/compiled.ts'
import { askForAccount } from '../support/story.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const project = join(import.meta.dirname, '..', '..')
const password = 'Kastanie-7-Regenbogen'

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** The command line as every user of the machine can see it. */
  readonly commandLine: string
}

interface Call {
  readonly program: 'queue' | 'accounts'
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly input?: string
}

async function commandLineOf(pid: number | undefined): Promise<string> {
  for (let turn = 0; turn < 100; turn += 1) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
    if (line !== '') return line ?? ''
    // For a moment a program is there already, and its words are not.
    await sleep(5)
  }
  return ''
}

async function run({ program, words, environment, input = '' }: Call): Promise<Run> {
  const script = join(project, 'infra', `${program}.ts`)
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...compiledOnce(), ...environment }
  const child = spawn(process.execPath, [script, ...words], { cwd: project, env })
  const commandLine = await commandLineOf(child.pid)
  const ended = once(child, 'close')
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await ended
  return { code, out, err, commandLine }
}

function queue(world: TestWorld, ...words: readonly string[]): Promise<Run> {
  return run({ program: 'queue', words, environment: world.installation.environment })
}

function accounts(world: TestWorld, input: string, ...words: readonly string[]): Promise<Run> {
  return run({ program: 'accounts', words, environment: { MONGODB_URI: uriOf(world) }, input })
}

function uriOf({ db }: TestWorld): string {
  return inject('ground').databaseUri.replace('DATABASE', db.databaseName)
}

function expectKindRefusal({ code, err }: Run, sentence: string | RegExp): void {
  expect(code).toBe(1)
  expect(err).toMatch(sentence)
  expect(err).not.toMatch(/^ +at |node:internal|Error:/m)
}

test('the queue is shown, paused, resumed, and its tasks are retried, skipped and taken back', async () => {
  const world = await newTestWorld()
  const [parked, behind, waiting] = [
    plainTask({ resource: 'account:a' }),
    plainTask({ resource: 'account:a' }),
    plainTask(),
  ]
  await accept(world.database, parked, behind, waiting)
  const task = await world.database.tasks.claim('host', 'worker', 30)
  const held = { id: parked.id, fence: task?.fence ?? 0 }
  await world.database.tasks.park(held, 'Something quite new')

  const status = await queue(world, 'status')
  expect(status.code).toBe(0)
  expect(status.out).toContain('host: open; 0 running, 2 waiting')
  expect(status.out).toContain(
    `parked ${parked.id} user_update account:a (1 behind it): Something quite new`,
  )
  expect(status.out).toContain('post: open; 0 running, 0 waiting')

  expect((await queue(world, 'pause', 'host', 'New', 'disk.')).code).toBe(0)
  expect((await queue(world, 'status')).out).toContain('host: paused: New disk.')
  expect((await queue(world, 'resume', 'host')).code).toBe(0)
  expect(await world.database.tasks.secondsClosed('host')).toBe(0)

  expect((await queue(world, 'retry', parked.id)).code).toBe(0)
  expect((await world.database.tasks.find(parked.id))?.status).toBe('pending')
  expect((await queue(world, 'skip', parked.id)).code).toBe(0)
  expect((await world.database.tasks.find(parked.id))?.status).toBe('failed')
  expect((await queue(world, 'cancel', waiting.id)).code).toBe(0)
  expect((await world.database.tasks.find(waiting.id))?.status).toBe('cancelled')
  for (const act of ['retry', 'skip', 'cancel']) {
    expectKindRefusal(
      await queue(world, act, waiting.id),
      'This task has ended already: cancelled. Cancelled by staff.',
    )
  }
  expect((await world.database.tasks.claim('host', 'worker', 30))?.id).toBe(behind.id)
}, 60_000)

test('the queue says in a sentence what it cannot do', async () => {
  const world = await newTestWorld()
  const task = plainTask()
  await accept(world.database, task)
  await world.database.tasks.claim('host', 'worker', 30)
  expectKindRefusal(await queue(world), 'npm run queue -- status')
  expectKindRefusal(await queue(world, 'explode', 'host'), 'npm run queue -- status')
  expectKindRefusal(
    await queue(world, 'pause', 'hots'),
    'The lanes are "host" and "post", not "hots".',
  )
  expectKindRefusal(await queue(world, 'retry', 'A'.repeat(22)), 'There is no such task')
  expectKindRefusal(
    await queue(world, 'cancel', task.id),
    'This task has begun and cannot be taken back. Once it is parked, skip ends it.',
  )
  expectKindRefusal(await queue(world, 'retry', task.id), 'Only a task that is parked')
}, 60_000)

const robin = [
  'create',
  '--username',
  'robin',
  '--role',
  'admin',
  '--address',
  'robin@mail.example',
]

test('an account is made with the password from standard input, which is in no command line', async () => {
  const world = await newTestWorld()
  const made = await accounts(world, `${password}\n`, ...robin)
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringContaining('The account robin (admin) was created in the database'),
    err: '',
  })
  expect(made.commandLine).toContain('--username')
  expect(made.commandLine).not.toContain(password)
  const login = { body: { username: 'robin', password } }
  const first = await world.call('POST', '/login', login)
  expect(first.body).toMatchObject({ role: 'admin' })
}, 60_000)

test('a name that is held is not made anew, and the refusal says whose it is', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin' })
  const before = await world.database.accounts.find('robin')
  const refused = await accounts(world, password, ...robin)
  expectKindRefusal(refused, 'an account in state provisioning, asked for by signup.site.')
  expect(refused.err).toContain('npm run accounts -- change --username robin')
  expect(refused.out).toBe('')
  const changing = ['change', '--username', 'robin', '--role', 'admin', '--yes']
  expectKindRefusal(
    await accounts(world, '', ...changing),
    'Only an active account can be changed, and this one is provisioning.',
  )
  expect(await world.database.accounts.find('robin')).toEqual(before)
}, 60_000)

test('an account is shown before it is changed, and stays as it is where nobody agrees', async () => {
  const world = await newTestWorld()
  const before = await world.addAccount({
    ...{ username: 'robin', createdBy: 'signup.site', usedOnHost: false },
  })
  const asStaff = ['change', '--username', 'robin', '--role', 'staff', '--new-password']
  const unasked = await accounts(world, 'Another-Word-9', ...asStaff)
  expectKindRefusal(unasked, 'Nothing was changed. Say --yes where nobody can be asked.')
  const day = before.createdAt.toISOString().slice(0, 10)
  expect(unasked.out).toContain('The account robin (Name of robin) is active:')
  expect(unasked.out).toContain(
    `role member, address robin@elsewhere.example, asked for by signup.site on ${day}`,
  )
  expect(unasked.out).toContain('- the role becomes staff\n  - the password becomes another one\n')
  expect(await world.database.accounts.find('robin')).toEqual(before)
  const weak = await accounts(world, 'short', ...asStaff, '--yes')
  expectKindRefusal(weak, 'The password needs at least 8 characters.')
  expect(await world.database.accounts.find('robin')).toEqual(before)
  const moved = ['--address', 'robin@mail.example', '--yes']
  const changed = await accounts(world, 'Another-Word-9\n', ...asStaff, ...moved)
  expect(changed).toMatchObject({
    ...{ code: 0, err: '' },
    out: expect.stringContaining('The account robin (staff) was changed in the database'),
  })
  expect(changed.out).toContain('- the address becomes robin@mail.example')
  const login = { body: { username: 'robin', password: 'Another-Word-9' } }
  expect((await world.call('POST', '/login', login)).body).toMatchObject({ role: 'staff' })
}, 60_000)

test('a new password of somebody on the host is queued for it, sealed, or refused before it is asked for', async () => {
  const world = await newTestWorld()
  const before = await world.addAccount({ username: 'robin' })
  const words = ['change', '--username', 'robin', '--new-password', '--yes']
  const keyless = await accounts(world, password, ...words)
  expectKindRefusal(keyless, 'name a stage with --stage, or set SECRETS_PATH beside MONGODB_URI.')
  expect(keyless.out).toContain('- the password becomes another one, on the host too\n')
  expect(await world.database.accounts.find('robin')).toEqual(before)
  const environment = { ...world.installation.environment, MONGODB_URI: uriOf(world) }
  const changed = await run({ program: 'accounts', words, environment, input: password })
  expect(changed).toMatchObject({
    ...{ code: 0, err: '' },
    out: expect.stringContaining('The host gets the password from the queue'),
  })
  const waiting = await world.db.collection('tasks_queue').find().toArray()
  expect(waiting).toMatchObject([{ action: 'user_password', resource: 'account:robin' }])
  expect(JSON.stringify(waiting)).not.toContain(password)
}, 60_000)

test('a change that is none, or of nobody, is refused in a sentence', async () => {
  const world = await newTestWorld()
  const refuse = async (sentence: string | RegExp, ...words: readonly string[]) =>
    expectKindRefusal(await accounts(world, '', 'change', ...words), sentence)
  await refuse('npm run accounts -- change', '--username', 'robin', '--yes')
  await refuse('npm run accounts -- change', '--username', 'robin', '--role', 'staff', 'robin')
  await refuse(
    'npm run accounts -- change',
    '--username',
    'robin',
    '--role',
    'staff',
    '--language=de',
  )
  await refuse(/^role/, '--username', 'robin', '--role', 'king')
  await refuse('There is no account with this username.', '--username', 'robin', '--role', 'staff')
}, 60_000)

test('an account that cannot be made is refused in a sentence', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'sandy' })
  const refuse = async (sentence: string | RegExp, input: string, ...words: readonly string[]) =>
    expectKindRefusal(await accounts(world, input, ...words), sentence)
  await refuse('npm run accounts -- create', password)
  await refuse('npm run accounts -- create', password, 'destroy', ...robin.slice(1))
  await refuse(/role/, password, 'create', '--username', 'robin', '--role', 'king')
  await refuse(/username/, password, 'create', '--username', 'Robin!', '--role', 'admin')
  await refuse('The password needs at least 8 characters.', 'short', ...robin)
  await refuse('No password was given.', '', ...robin)
  await refuse('one of the most used passwords', 'P@ssw0rd', ...robin)
  const taken = [...robin.slice(0, -1), 'sandy@elsewhere.example']
  await refuse('The recovery address belongs to another account.', password, ...taken)
  expect(await world.database.accounts.find('robin')).toBeUndefined()
}, 60_000)

test('an account for a service needs no address', async () => {
  const world = await newTestWorld()
  const made = await accounts(
    world,
    password,
    'create',
    '--username',
    'signup',
    '--role',
    'service',
  )
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringContaining('The account signup (service) was created in the database'),
  })
})

test('a password as an argument is refused, and not repeated', async () => {
  const world = await newTestWorld()
  const refused = await accounts(world, '', ...robin, '--password', password)
  expectKindRefusal(refused, 'npm run accounts -- create')
  expect(refused.err).not.toContain(password)
})

test('without the address of a database the commands say how to name one', async () => {
  const none = await run({ program: 'accounts', words: robin, environment: {}, input: password })
  expectKindRefusal(none, 'Name a stage with --stage, or set MONGODB_URI')
})
