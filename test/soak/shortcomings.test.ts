import { expect, test } from 'vitest'
import { goodRun, ids } from '../checker/good-run.ts'
import { newPlan } from './plan.ts'
import { shortcomings } from './shortcomings.ts'

const plan = newPlan('7', 1)
const nothing = { answers: new Map(), surprises: 0 }

test('a soak in which every kind of task got through has no shortcoming', () => {
  expect(shortcomings(plan, { ...nothing, record: goodRun() })).toEqual([])
})

test.each([
  ['user_create', ids.create],
  ['user_password', ids.password],
  ['user_update', ids.update],
])('a soak in which no %s was finished is bad', (action, id) => {
  const record = goodRun()
  record.tasks.splice(
    record.tasks.findIndex((task) => task.id === id),
    1,
  )
  expect(shortcomings(plan, { ...nothing, record })).toEqual([
    `Reach: no ${action} was ever finished`,
  ])
})

test('what a plan does not ask for need not get through', () => {
  const short = plan.filter(({ kind }) => kind !== 'update')
  const record = goodRun()
  record.tasks.splice(
    record.tasks.findIndex(({ id }) => id === ids.update),
    1,
  )
  expect(shortcomings(short, { ...nothing, record })).toEqual([])
})

test('an error that nobody foresaw is bad', () => {
  expect(shortcomings(plan, { ...nothing, surprises: 1, record: goodRun() })).toHaveLength(1)
})

test('an answer that nobody can act on is bad', () => {
  const answers = new Map([['create 500', 2]])
  expect(shortcomings(plan, { ...nothing, answers, record: goodRun() })).toEqual([
    'Answers: 2 create 500',
  ])
})
