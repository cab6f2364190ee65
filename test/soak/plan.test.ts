import { expect, test } from 'vitest'
import { isTrouble, newPlan } from './plan.ts'

test('the same seed makes the same plan, and another seed another one', () => {
  expect(newPlan('7', 2)).toEqual(newPlan('7', 2))
  expect(newPlan('8', 2)).not.toEqual(newPlan('7', 2))
})

test('a plan is in order and over in time, troubles too', () => {
  const plan = newPlan('7', 1)
  const times = plan.map(({ atMs }) => atMs)
  expect(times).toEqual([...times].sort((one, other) => one - other))
  const ends = plan.map((step) => step.atMs + ('forMs' in step ? step.forMs : 0))
  expect(Math.max(...ends)).toBeLessThan(60_000)
})

test('a long plan has every kind of operation, trouble and fault', () => {
  const plan = newPlan('7', 30)
  const kinds = new Set(plan.map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual([
    ...['ask_again', 'chat', 'create', 'create_without_address', 'decide', 'host', 'kill'],
    ...['line', 'look', 'messages', 'pick', 'read_tasks', 'register', 'request_reset'],
    ...['set_password', 'sign_in', 'update', 'wrong_password'],
  ])
  const lines = plan.flatMap((step) =>
    step.kind === 'line' ? `${step.line} ${step.fault.kind}` : [],
  )
  expect(new Set(lines).size).toBe(36)
})

test.each(['1', '2', '3'])(
  'with seed %s each kind of work is asked for before anything goes wrong',
  (seed) => {
    const plan = newPlan(seed, 1)
    const firstTrouble = plan.findIndex(isTrouble)
    const asked = plan
      .slice(0, firstTrouble)
      .filter(({ atMs }) => atMs <= 3000)
      .map(({ kind }) => kind)
    expect(asked).toEqual(
      expect.arrayContaining(['create', 'set_password', 'update', 'register', 'decide', 'pick']),
    )
    expect(plan[firstTrouble]?.atMs).toBeGreaterThanOrEqual(15_000)
  },
)

test('one place has one trouble at a time', () => {
  const busyUntil = new Map<string, number>()
  for (const step of newPlan('7', 10)) {
    if (step.kind !== 'line') continue
    expect(step.atMs).toBeGreaterThanOrEqual(busyUntil.get(step.line) ?? 0)
    busyUntil.set(step.line, step.atMs + step.forMs)
  }
})

test('troubles leave gaps in which work gets through', () => {
  const plan = newPlan('7', 10)
  const troubles = plan.filter(({ kind }) => ['line', 'host', 'chat', 'kill'].includes(kind))
  const busy = troubles.map((step) => [step.atMs, step.atMs + ('forMs' in step ? step.forMs : 0)])
  for (let second = 4; second < 600; second += 20) {
    const [from, to] = [second * 1000, second * 1000 + 4000]
    expect(busy.filter(([began = 0, ended = 0]) => began < to && ended > from)).toEqual([])
  }
})
