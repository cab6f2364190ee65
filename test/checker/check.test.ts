import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { check, invariants } from './check.ts'
import { harmless } from './diary.ts'
import { at, goodRun, ids, password, proofOf } from './good-run.ts'
import type { RunRecord } from './run-record.ts'

type Change = (run: RunRecord) => void
type Named<Item> = Item & { readonly id?: string; readonly taskId?: string | null }

/** The entry of a list that belongs to a task. */
function of<Item>(items: ReadonlyArray<Named<Item>>, taskId: string): Named<Item> {
  const found = items.find((item) => (item.id ?? item.taskId) === taskId)
  if (found === undefined) throw new Error(`The good run has no ${taskId} here.`)
  return found
}

function copy<Item>(items: Array<Named<Item>>, taskId: string, change: Partial<Item>): void {
  items.push({ ...of(items, taskId), ...change })
}

function drop<Item>(items: Array<Named<Item>>, taskId: string): void {
  items.splice(items.indexOf(of(items, taskId)), 1)
}

function rename(run: RunRecord, taskId: string, status: string): void {
  Object.assign(of(run.tasks, taskId), { status, place: 'queue' })
  const last = run.sightings.filter((one) => one.taskId === taskId).at(-1)
  if (last) run.sightings.splice(run.sightings.indexOf(last), 1)
}

function shift(run: RunRecord, taskId: string, seconds: number): void {
  for (const one of run.sightings.filter((sighting) => sighting.taskId === taskId)) {
    one.afterMs += seconds * 1000
    one.byMs += seconds * 1000
  }
}

const refusing = { ...harmless, mayRefuse: true }
const killing = { ...harmless, isAmbiguous: true, mayAbandon: true, isSudden: true }

function endBadly(run: RunRecord, taskId: string, status: string): void {
  of(run.tasks, taskId).status = status
  const end = run.sightings.filter((one) => one.taskId === taskId).at(-1)
  if (end) end.status = status
}

/** The update changes the host before the password does, and ends before it. */
function overtake({ sightings, effects, commands }: RunRecord): void {
  Object.assign(of(effects, ids.update), { startMs: at(11.5), endMs: at(11.6) })
  of(commands, ids.update).atMs = at(11.5)
  const end = sightings.findLast(({ taskId }) => taskId === ids.update)
  Object.assign(end ?? {}, { afterMs: at(11.6), byMs: at(11.7) })
}

/** A word to staff that they heard earlier that day. */
function heardAgain(tasks: RunRecord['tasks']): RunRecord['tasks'][number] {
  const input = { event: 'reset_asked_again', username: 'robin', reason: null }
  return { ...of(tasks, ids.told), id: 'heardAgain', status: 'cancelled', input }
}

/** The last task is not begun before so many seconds. */
function starve(run: RunRecord, second: number): void {
  Object.assign(of(run.effects, ids.update), { startMs: at(second), endMs: at(second + 0.1) })
  for (const one of run.sightings.filter(({ taskId }) => taskId === ids.update)) {
    if (one.status !== 'pending') Object.assign(one, { afterMs: at(second), byMs: at(second + 1) })
  }
}

const breaks: ReadonlyArray<readonly [invariant: string, what: string, change: Change]> = [
  ['I1', 'a promised task is gone', ({ tasks }) => drop(tasks, ids.password)],
  ['I1', 'a task that nobody was promised is gone', ({ tasks }) => drop(tasks, ids.update)],
  ['I1', 'a promised task never ends', (run) => rename(run, ids.password, 'pending')],
  ['I1', 'a success has no effect', ({ effects }) => drop(effects, ids.create)],
  [
    'I1',
    'a success has another effect',
    ({ effects }) => Object.assign(of(effects, ids.update), { fullName: 'Robin Elm' }),
  ],
  [
    'I1',
    'the host has another password',
    ({ effects }) => Object.assign(of(effects, ids.password), { password: proofOf('other') }),
  ],
  [
    'I1',
    'the account was made by somebody else',
    ({ effects }) => Object.assign(of(effects, ids.create), { taskId: null }),
  ],
  [
    'I1',
    'no task came of a reset request',
    ({ acknowledgements }) =>
      acknowledgements.push({
        ...{ path: '/request_password_reset', username: 'robin', taskId: null },
        ...{ askedMs: at(30), answeredMs: at(31) },
      }),
  ],
  ['I2', 'an account is made twice', ({ effects }) => copy(effects, ids.create, { pid: 99 })],
  [
    'I2',
    "somebody else's account is removed",
    ({ effects }) =>
      copy(effects, ids.create, { name: 'user_deleted', startMs: at(3), endMs: at(3) + 1 }),
  ],
  ['I2', 'a step runs twice', ({ commands }) => copy(commands, ids.update, { pid: 99 })],
  [
    'I2',
    'a password is repeated as another one',
    ({ effects }) =>
      copy(effects, ids.password, { startMs: at(12.5), password: proofOf('other'), pid: 99 }),
  ],
  [
    'I3',
    'a later task changes the host first',
    ({ effects }) => Object.assign(of(effects, ids.update), { startMs: at(9), endMs: at(9.5) }),
  ],
  [
    'I3',
    'a later task ends first',
    ({ sightings }) => {
      const end = sightings.findLast(({ taskId }) => taskId === ids.update)
      Object.assign(end ?? {}, { afterMs: at(12.3), byMs: at(12.4) })
    },
  ],
  [
    'I3',
    'what was stored first is run last, though it was made last',
    (run) => {
      of(run.tasks, ids.password).timestampMs = at(11.5)
      overtake(run)
    },
  ],
  [
    'I3',
    'two tasks of one moment mix',
    ({ sightings, effects }) => {
      of(sightings, ids.update).afterMs = at(10)
      copy(effects, ids.update, { startMs: at(11), endMs: at(11.5), pid: 99 })
    },
  ],
  [
    'I4',
    'two commands overlap',
    ({ effects }) => Object.assign(of(effects, ids.update), { startMs: at(12.05) }),
  ],
  [
    'I4',
    'a command by hand overlaps',
    ({ effects }) => copy(effects, ids.update, { taskId: null, startMs: at(16.05), pid: 99 }),
  ],
  [
    'I5',
    'an end is taken back',
    ({ polls }) => copy(polls, ids.password, { status: 'running', askedMs: at(16) }),
  ],
  [
    'I5',
    'a task cannot be found any more',
    ({ polls }) => copy(polls, ids.password, { status: 'missing', askedMs: at(16) }),
  ],
  [
    'I5',
    'success is told before the effect',
    ({ effects }) => Object.assign(of(effects, ids.create), { startMs: at(6.5), endMs: at(6.6) }),
  ],
  [
    'I5',
    'success is told before it is written',
    ({ polls }) =>
      Object.assign(of(polls, ids.password), { askedMs: at(12.5), answeredMs: at(12.6) }),
  ],
  [
    'I5',
    'a failure is told as a success',
    ({ tasks }) => Object.assign(of(tasks, ids.password), { status: 'failed' }),
  ],
  [
    'I5',
    'an end is told too late',
    ({ polls }) => {
      polls.pop()
      copy(polls, ids.create, { status: 'running', askedMs: at(83), answeredMs: at(84) })
    },
  ],
  ['I5', 'an effect is known too late', (run) => shift(run, ids.update, 70)],
  [
    'I5',
    'without a fault 5 s are the limit',
    (run) => {
      run.faults.splice(0)
      shift(run, ids.update, 6)
    },
  ],
  [
    'I6',
    'a password lies in the log',
    ({ places }) => places.push({ name: 'log', text: password }),
  ],
  [
    'I6',
    'a password lies in the database in another spelling',
    ({ places }) =>
      places.push({ name: 'collection logs', text: Buffer.from(password).toString('base64') }),
  ],
  ['I7', 'a message is left', ({ queues }) => queues.host.push('{"v":1}')],
  ['I7', 'a message is in the dead letters', ({ queues }) => queues.dead.push('{"v":2}')],
  ['I7', 'a task is left', (run) => rename(run, ids.notice, 'pending')],
  [
    'I7',
    'a lease has expired',
    (run) => {
      rename(run, ids.notice, 'running')
      of(run.tasks, ids.notice).leaseUntilMs = at(50)
    },
  ],
  [
    'I7',
    'a task keeps its secrets',
    ({ tasks }) => Object.assign(of(tasks, ids.update), { isSealed: true }),
  ],
  ['I8', 'a mail is missing', ({ mails }) => mails.splice(0, 1)],
  ['I8', 'a notice without a link is missing', ({ mails }) => mails.splice(1, 1)],
  ['I1', 'a task fails without a cause', (run) => endBadly(run, ids.update, 'failed')],
  [
    'I1',
    'a task is called off that nobody called off',
    (run) => endBadly(run, ids.update, 'cancelled'),
  ],
  [
    'I1',
    'staff are not told the same again, as a failure',
    ({ tasks }) => tasks.push({ ...heardAgain(tasks), status: 'failed' }),
  ],
  [
    'I1',
    'a task fails near a fault that makes nothing fail',
    (run) => {
      endBadly(run, ids.update, 'failed')
      run.faults.push({ name: 'ssh', beganMs: at(12), endedMs: at(16), ...harmless })
    },
  ],
  [
    'I1',
    'a task fails long after the host refused something',
    (run) => {
      endBadly(run, ids.update, 'failed')
      run.faults.push({ name: 'host', beganMs: at(2), endedMs: at(4), ...refusing })
    },
  ],
  [
    'I1',
    'a task waits for staff in a run of harmless faults',
    (run) => {
      rename(run, ids.update, 'parked')
      run.effects.splice(-1)
    },
  ],
  [
    'I1',
    'a task waited for staff for a while without a cause',
    (run) => {
      const moment = { afterMs: at(12), byMs: at(12.1) }
      run.sightings.push({ taskId: ids.update, status: 'parked', ...moment })
    },
  ],
  [
    'I8',
    'a mail is given up and nobody tells staff',
    (run) => {
      endBadly(run, ids.welcome, 'failed')
      run.mails.splice(0, 1)
      run.expectedFailures.push(ids.welcome)
    },
  ],
  [
    'I8',
    'one kill excuses two hundred letters',
    (run) => {
      run.faults.push({ name: 'kill', beganMs: at(6), endedMs: at(6.2), ...killing })
      for (let more = 0; more < 200; more += 1) run.mails.push(...run.mails.slice(0, 1))
    },
  ],
  [
    'I8',
    'one kill excuses a third letter',
    (run) => {
      run.faults.push({ name: 'kill', beganMs: at(6), endedMs: at(6.2), ...killing })
      run.mails.push(...run.mails.slice(0, 1), ...run.mails.slice(0, 1))
    },
  ],
  [
    'I8',
    'one kill excuses a third word to staff',
    (run) => {
      run.faults.push({ name: 'kill', beganMs: at(6), endedMs: at(6.2), ...killing })
      run.chat.push(...run.chat, ...run.chat)
    },
  ],
  [
    'I8',
    'a kill before the mail excuses a second one',
    (run) => {
      run.faults.push({ name: 'kill', beganMs: at(1), endedMs: at(1.2), ...killing })
      run.mails.push(...run.mails.slice(0, 1))
    },
  ],
  [
    'I8',
    'every try sends a mail twice while its line is cut',
    (run) => {
      const times = { beganMs: at(5), endedMs: at(7) }
      run.faults.push({ name: 'mail: reset', ...times, ...harmless, isAmbiguous: true })
      of(run.tasks, ids.welcome).tries = 2
      const [first] = run.mails
      if (first) run.mails.push(first, first, first)
    },
  ],
  ['I8', 'a mail comes twice', ({ mails }) => mails.push(...mails.slice(0, 1))],
  ['I8', 'a notice without a link comes twice', ({ mails }) => mails.push(...mails.slice(1))],
  [
    'I8',
    'a repeated mail says something else',
    ({ mails, faults }) => {
      const text = 'token=welcome and more'
      mails.push(...mails.slice(0, 1).map((mail) => ({ ...mail, text })))
      faults.push({ name: 'mail', beganMs: at(5), endedMs: at(7), ...harmless, isAmbiguous: true })
    },
  ],
  [
    'I8',
    'a mail comes that nobody asked for',
    ({ mails }) => mails.push(...mails.slice(0, 1).map((one) => ({ ...one, to: 'x@y.example' }))),
  ],
  ['I8', 'staff are not told', ({ chat }) => chat.splice(0)],
  ['I8', 'staff are told twice', ({ chat }) => chat.push(...chat)],
  [
    'I8',
    'nobody thinks of telling staff',
    ({ tasks, chat }) => void [drop(tasks, ids.told), chat.splice(0)],
  ],
  [
    'I9',
    'what waits does not go on after a fault',
    (run) => {
      run.faults.push({ name: 'ssh', beganMs: at(18), endedMs: at(20), ...harmless })
      rename(run, ids.update, 'pending')
      run.effects.splice(-1)
    },
  ],
  [
    'I9',
    'a task starves for nine minutes under a harmless fault every 40 s',
    (run) => {
      Object.assign(run, { endedMs: at(700) })
      for (let second = 18; second < 580; second += 40) {
        const times = { beganMs: at(second), endedMs: at(second + 1) }
        run.faults.push({ name: 'ssh', ...times, ...harmless })
      }
      starve(run, 590)
    },
  ],
  [
    'I9',
    'a task starves while later ones of others are done',
    (run) => {
      starve(run, 90)
      for (let second = 20; second < 90; second += 10) {
        const id = `later${second}`
        run.tasks.push({ ...of(run.tasks, ids.update), id, timestampMs: at(second), resource: id })
        const times = { afterMs: at(second + 1), byMs: at(second + 2) }
        run.sightings.push({ taskId: id, status: 'finished', ...times })
      }
    },
  ],
  [
    'I9',
    'kills follow each other and nothing is done for minutes',
    (run) => {
      Object.assign(run, { endedMs: at(400) })
      for (let second = 18; second < 300; second += 10) {
        const times = { beganMs: at(second), endedMs: at(second + 1) }
        run.faults.push({ name: 'kill', ...times, ...killing })
      }
      starve(run, 310)
    },
  ],
  [
    'I9',
    'it takes longer than a transaction that was abandoned',
    (run) => {
      run.faults.push({
        name: 'kill',
        beganMs: at(18),
        endedMs: at(20),
        ...harmless,
        mayAbandon: true,
      })
      rename(run, ids.update, 'pending')
      run.effects.splice(-1)
    },
  ],
]

test('the good run has nothing wrong', () => {
  expect(check(goodRun())).toEqual([])
})

test.each(breaks)('%s is broken when %s', (invariant, _what, change) => {
  const run = goodRun()
  change(run)
  const names = check(run).map((violation) => violation.slice(0, 2))
  expect(names).toContain(invariant)
})

test('each invariant has a run that breaks it', () => {
  const named = Object.keys(invariants).map((name) => name.slice(0, 2))
  expect([...new Set(breaks.map(([invariant]) => invariant))]).toEqual(named)
})

const excused: ReadonlyArray<readonly [what: string, change: Change]> = [
  ['staff are not told the same again', ({ tasks }) => tasks.push(heardAgain(tasks))],
  [
    'half an account is removed and made anew',
    ({ effects, commands }) => {
      copy(effects, ids.create, { startMs: at(3), endMs: at(3) + 9, pid: 90 })
      copy(effects, ids.create, {
        ...{ name: 'user_deleted', startMs: at(3.5), endMs: at(3.6), pid: 91, step: 2 },
      })
      copy(commands, ids.create, { step: 2, pid: 91 })
    },
  ],
  [
    'two that were asked for at once run in either order',
    (run) => {
      of(run.sightings, ids.update).afterMs = at(10)
      overtake(run)
    },
  ],
  [
    'the same password is set again',
    ({ effects }) => copy(effects, ids.password, { startMs: at(12.5), pid: 99 }),
  ],
  [
    'a mail is repeated because nobody knew that it had come',
    ({ mails, faults }) => {
      mails.push(...mails.slice(0, 1))
      faults.push({ name: 'mail', beganMs: at(5), endedMs: at(7), ...harmless, isAmbiguous: true })
    },
  ],
  [
    'a task waits for one that staff look at',
    (run) => {
      rename(run, ids.password, 'parked')
      rename(run, ids.update, 'pending')
      run.faults.push({
        ...{ name: 'host: crash_after', beganMs: at(10), endedMs: at(12) },
        ...{ ...harmless, mayPark: true },
      })
      run.polls.pop()
      run.effects.splice(-2)
    },
  ],
  [
    'a task fails because the host refused it',
    (run) => {
      endBadly(run, ids.update, 'failed')
      run.faults.push({ name: 'host', beganMs: at(12), endedMs: at(16), ...refusing })
    },
  ],
  [
    'a task ends badly and the scenario knows why',
    (run) => {
      endBadly(run, ids.update, 'cancelled')
      run.expectedFailures.push(ids.update)
    },
  ],
  [
    'two kills repeat a mail twice',
    (run) => {
      for (const second of [6, 6.5]) {
        const times = { beganMs: at(second), endedMs: at(second + 0.1) }
        run.faults.push({ name: 'kill', ...times, ...killing })
      }
      run.mails.push(...run.mails.slice(0, 1), ...run.mails.slice(0, 1))
    },
  ],
  [
    'every try repeats a mail while its line is cut',
    (run) => {
      const times = { beganMs: at(5), endedMs: at(7) }
      run.faults.push({ name: 'mail: reset', ...times, ...harmless, isAmbiguous: true })
      of(run.tasks, ids.welcome).tries = 3
      run.mails.push(...run.mails.slice(0, 1), ...run.mails.slice(0, 1))
    },
  ],
  ['near a fault an end is told within a minute', (run) => shift(run, ids.update, 20)],
  [
    'a transaction that was abandoned keeps everybody waiting for a minute',
    (run) => {
      const [beganMs, endedMs] = [at(18), at(20)]
      run.faults.push({ name: 'kill', beganMs, endedMs, ...harmless, mayAbandon: true })
      run.faults.push({ name: 'ssh', beganMs, endedMs: at(22), ...harmless })
      run.effects.push(
        ...run.effects.slice(-1).map((one) => ({ ...one, startMs: at(89), endMs: at(90) })),
      )
      run.effects.splice(-2, 1)
      shift(run, ids.update, 75)
      run.sightings.push({ taskId: ids.update, status: 'pending', afterMs: at(11), byMs: at(12) })
      run.sightings.sort((one, other) => one.byMs - other.byMs)
    },
  ],
  [
    'a message was meant for the dead letters',
    (run) => {
      run.queues.dead.push('{}')
      run.expectedDead.push('{}')
    },
  ],
]

test.each(excused)('nothing is wrong when %s', (_what, change) => {
  const run = goodRun()
  change(run)
  expect(check(run)).toEqual([])
})

test('the program prints what is wrong with a record and ends with 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-record-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const program = fileURLToPath(new URL('./main.ts', import.meta.url))
  const judge = async (name: string, run: RunRecord) => {
    const path = join(folder, name)
    await writeFile(path, JSON.stringify(run))
    const { status, stdout } = spawnSync(process.execPath, [program, path], { encoding: 'utf8' })
    return { status, stdout }
  }
  const good = await judge('good.json', goodRun())
  expect(good).toEqual({ status: 0, stdout: expect.stringContaining(' 0 violations') })
  const bad = await judge('bad.json', { ...goodRun(), chat: [] })
  expect(bad).toEqual({ status: 1, stdout: expect.stringContaining('I8 messages: ') })
})
