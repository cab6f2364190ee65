import { expect, test } from 'vitest'
import { check } from './check.ts'
import { at } from './good-run.ts'
import { registeredRun, rid } from './registered-run.ts'
import type { RunRecord } from './run-record.ts'

function task({ tasks }: RunRecord, id: string) {
  const found = tasks.find((one) => one.id === id)
  if (found === undefined) throw new Error(`The run has no ${id}.`)
  return found
}

function drop(run: RunRecord, id: string): void {
  const isIt = (one: { readonly id?: string; readonly taskId?: string | null }) =>
    one.id === id || one.taskId === id
  for (const list of [run.tasks, run.sightings, run.effects]) {
    for (const one of list.filter(isIt)) list.splice(list.indexOf(one as never), 1)
  }
}

function leave(run: RunRecord, change: Partial<RunRecord['registrations'][number]>): void {
  Object.assign(run.registrations[0] ?? {}, change)
}

const breaks: ReadonlyArray<
  readonly [invariant: string, what: string, change: (run: RunRecord) => void]
> = [
  ['I1', 'one that was taken is gone', ({ registrations }) => registrations.splice(0)],
  ['I1', 'a decision is another one later', (run) => leave(run, { status: 'rejected' })],
  [
    'I1',
    'one that was picked for stays as it was',
    (run) => {
      leave(run, { matrixStatus: 'processing', accountStatus: 'pending' })
      run.registrationWords.splice(3)
    },
  ],
  [
    'I1',
    'only a letter failed of one that stays as it was',
    (run) => {
      leave(run, { matrixStatus: 'processing', accountStatus: 'pending' })
      run.registrationWords.splice(3)
      task(run, 'registration_approved').status = 'failed'
      drop(run, 'matrix')
    },
  ],
  ['I1', 'a name is not on Matrix', ({ matrixNames }) => matrixNames.splice(0)],
  [
    'I1',
    'the host has no account of the name',
    (run) => {
      drop(run, 'host')
      run.registrationWords.splice(3)
    },
  ],
  [
    'I5',
    'it is told to be done before it is',
    ({ registrationWords: [, , , seen] }) => {
      if (seen) seen.answeredMs = at(25)
    },
  ],
  [
    'I5',
    'it is told to be done and then no more',
    ({ registrationWords }) => {
      const [, , picked] = registrationWords
      if (picked) registrationWords.push({ ...picked, kind: 'seen', askedMs: at(31) })
    },
  ],
  ['I8', 'the first letter is never written', (run) => drop(run, 'registration_received')],
  [
    'I8',
    'the letter about a decision is never written',
    (run) => drop(run, 'registration_approved'),
  ],
  [
    'I8',
    'a manager is written to twice',
    ({ tasks }) => {
      const input = { rid, slot: 'manager-0', template: 'registration_decided' }
      for (const id of ['one', 'other']) {
        tasks.push({ ...task(registeredRun(), 'registration_approved'), id, input })
      }
    },
  ],
  [
    'I8',
    'the last letter is written twice',
    ({ tasks, ...run }) =>
      tasks.push({ ...task({ tasks, ...run }, 'registration_ready'), id: 'b' }),
  ],
]

test('a registration in which everything went well breaks no invariant', () => {
  expect(check(registeredRun())).toEqual([])
})

test.each(breaks)('%s is broken where %s', (invariant, _, change) => {
  const run = registeredRun()
  change(run)
  const violations = check(run)
  expect(violations.filter((violation) => violation.startsWith(invariant))).not.toEqual([])
})

test('a name that was picked in vain has a reason that staff know', () => {
  const run = registeredRun()
  drop(run, 'registration_ready')
  run.registrationWords.splice(3)
  leave(run, { matrixStatus: 'failed', accountStatus: 'pending' })
  Object.assign(task(run, 'matrix'), { status: 'parked' })
  const about = check(run).filter((violation) => violation.includes(rid))
  expect(
    about.filter((violation) => violation.startsWith('I1 nothing lost: registration')),
  ).toEqual([])
})
