import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { familyOf, httpFunctionsOf } from '../../infra/definitions.ts'
import {
  answersQuery,
  logFields,
  logQueries,
  logSection,
  toInsights,
} from '../../infra/log-queries.ts'
import { projectFile } from '../../infra/project.ts'
import { familyOfPath } from '../../lib/http/family.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** Lines of the log that answer a question of the README, each as the log writes it. */
function ask(world: TestWorld, question: string, values: Readonly<Record<string, string>> = {}) {
  const query = logQueries.find((one) => one.question === question)
  if (query === undefined) throw new Error(`There is no query "${question}".`)
  const lines = world.log.lines.map(({ level, event, fields }) => ({ level, event, ...fields }))
  return lines.filter((line) => answersQuery(query, line, values))
}

const ofPerson = "What happened to this person's tasks?"
const ofTask = 'What happened to this task, from the request to the end?'

async function newWorldWithTwo() {
  const world = await newTestWorld()
  const robin = await askForAccount(world, { username: 'robin' })
  await askForAccount(world, { username: 'wren', display_name: 'Wren Moss' })
  return { world, robin }
}

test("the log tells what happened to one person's tasks, and nobody else's", async () => {
  const { world } = await newWorldWithTwo()
  await world.runWorkers()
  const lines = ask(world, ofPerson, { username: 'robin' })
  expect(lines.map(({ action, outcome }) => [action, outcome])).toEqual(
    expect.arrayContaining([
      ['user_create', 'finished'],
      ['send_mail', 'finished'],
    ]),
  )
  for (const line of lines) {
    expect(line).toMatchObject({ account: 'robin', lane: expect.any(String), attempt: 0 })
    expect(line.waitSeconds).toBeGreaterThanOrEqual(0)
    expect(line.runSeconds).toBeGreaterThanOrEqual(0)
    expect(line.seconds).toBeGreaterThanOrEqual(line.runSeconds ?? Number.NaN)
  }
})

test('the log tells of one task from the request to the end, and who asked', async () => {
  const { world, robin } = await newWorldWithTwo()
  await world.runWorkers()
  const lines = ask(world, ofTask, { taskId: robin.body.task_id })
  expect(lines).toMatchObject([
    { event: 'request', account: 'signup.site', requestId: robin.headers['x-request-id'] },
    { event: 'task_finished', account: 'robin', action: 'user_create' },
  ])
})

test('the log tells what a request came to, with its family and the task that it started', async () => {
  const { world, robin } = await newWorldWithTwo()
  const requestId = robin.headers['x-request-id'] ?? ''
  expect(ask(world, 'What did this request come to?', { requestId })).toEqual([
    {
      level: 'info',
      event: 'request',
      requestId,
      family: 'community',
      method: 'POST',
      route: '/create_user',
      status: 201,
      code: undefined,
      account: 'signup.site',
      taskId: robin.body.task_id,
      seconds: expect.any(Number),
    },
  ])
})

test('the log tells which tasks need staff, after how many tries and why', async () => {
  const world = await newTestWorld()
  const robin = await askForAccount(world, { username: 'robin' })
  const fault = { fault: 'no_effect', command: 'user create', times: 9 }
  await world.setHostFaults([fault])
  for (let run = 0; run < 3; run += 1) {
    await world.runWorkers()
    await world.skipWaits()
    await world.sweep()
  }
  const [parked] = ask(world, 'Which tasks need staff?')
  expect(parked).toMatchObject({ taskId: robin.body.task_id, account: 'robin', attempt: 2 })
  expect(parked?.reason).toMatch(/effect/)
  const all = ask(world, ofPerson, { username: 'robin' })
  expect(all.map(({ outcome }) => outcome)).toEqual(['later', 'later', 'parked'])
})

test('the log tells which requests failed through our fault', async () => {
  const world = await newTestWorld()
  const question = 'Which requests failed through our fault?'
  await world.call('GET', '/nowhere')
  expect(ask(world, question)).toEqual([])
  world.installation.setSecret('mongodb-uri', undefined)
  world.log.expectError('unexpected_error')
  const answer = await world.call('POST', '/login', { body: { username: 'a', password: 'b' } })
  expect(ask(world, question)).toMatchObject([
    { route: '/login', status: 500, requestId: answer.headers['x-request-id'] },
  ])
})

test('a name that was merely typed is not in the log', async () => {
  const world = await newTestWorld()
  const body = { username: 'Correct-Horse-7', password: 'robin' }
  await world.call('POST', '/login', { body })
  expect(JSON.stringify(world.log.lines)).not.toContain('Correct-Horse-7')
})

test('a query is what Logs Insights reads', () => {
  expect(
    toInsights({
      question: 'Which?',
      shows: ['time', 'event'],
      where: [
        { field: 'account', is: ['{username}'] },
        { field: 'outcome', is: ['parked', 'failed'] },
        { field: 'status', atLeast: 500 },
        { field: 'taskId', isThere: true },
      ],
    }),
  ).toBe(
    'fields @timestamp, event\n' +
      '| filter account = "{username}" and outcome in ["parked", "failed"] and status >= 500 and ispresent(taskId)\n' +
      '| sort @timestamp',
  )
})

describe('the family of a route is that of its function', () => {
  const endpoints = httpFunctionsOf(functions).map(({ name, definition }) => ({
    name,
    path: definition.path,
  }))
  test.each(endpoints)('$path', ({ name, path }) => {
    const [own = ''] = name.split('-')
    expect(familyOfPath(path)).toBe(own)
    expect(familyOf(name)).toBe(own === 'service' ? 'core' : own)
  })
})

test.each([
  ['/registrations/{rid}', 'registrations'],
  ['/user', 'user'],
  ['/users', 'community'],
])('%s is of the family %s', (path, family) => {
  expect(familyOfPath(path)).toBe(family)
})

test('the README has every field and every query of the log', async () => {
  const readme = await readFile(projectFile('README.md'), 'utf8')
  expect(readme).toContain(logSection())
  expect(Object.keys(logFields).length).toBeGreaterThan(20)
})
