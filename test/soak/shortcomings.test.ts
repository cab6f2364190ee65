import { expect, test } from 'vitest'
import { registeredRun } from '../checker/registered-run.ts'
import { newPlan } from './plan.ts'
import { shortcomings } from './shortcomings.ts'

const plan = newPlan('7', 1)
const nothing = { answers: new Map(), surprises: 0 }

test('a soak in which every kind of task got through has no shortcoming', () => {
  expect(shortcomings(plan, { ...nothing, record: registeredRun() })).toEqual([])
})

function runWithout(action: string) {
  const run = registeredRun()
  return { ...run, tasks: run.tasks.filter((task) => task.action !== action) }
}

test.each([
  'user_create',
  'user_password',
  'user_update',
  'announce_registration',
  'matrix_register',
])('a soak in which no %s was finished is bad', (action) => {
  expect(shortcomings(plan, { ...nothing, record: runWithout(action) })).toEqual([
    `Reach: no ${action} was ever finished`,
  ])
})

test('what a plan does not ask for need not get through', () => {
  const short = plan.filter(({ kind }) => kind !== 'update')
  expect(shortcomings(short, { ...nothing, record: runWithout('user_update') })).toEqual([])
})

test('an error that nobody foresaw is bad', () => {
  expect(shortcomings(plan, { ...nothing, surprises: 1, record: registeredRun() })).toHaveLength(1)
})

test('an answer that nobody can act on is bad', () => {
  const answers = new Map([['create 500', 2]])
  expect(shortcomings(plan, { ...nothing, answers, record: registeredRun() })).toEqual([
    'Answers: 2 create 500',
  ])
})
