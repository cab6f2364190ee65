import { MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { handler as createUser } from '../../functions/community/create-user.ts'
import { handler as runHostTasks } from '../../functions/workers/run-host-tasks.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { wordError } from '../../lib/adapters/mongo/errors.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import type { Database } from '../../lib/ports.ts'
import { watch } from '../checker/watch.ts'
import { askAgain } from '../support/again.ts'
import { newEvent } from '../support/event.ts'
import { timesBegun, untilBegun } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { takeMessages } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'
import { ask, expectDoneOnce, newRunningWorld, untilDrained, untilLogged } from './running.ts'

const away = [
  ['refuses', { kind: 'refuse' }],
  ['takes everything and never answers', { kind: 'black_hole' }],
  ['is gone without a word', { kind: 'half_open' }],
] as const

test.each(away)(
  'with a database that %s a request is answered 503 with a time, and nothing is half made (FI-23)',
  async (_, fault) => {
    const world = await newRunningWorld({ lines: ['database'] })
    const sandy = await ask(world, 'sandy')
    await untilDrained(world)
    const token = await world.as('service')
    const body = { username: 'robin', display_name: 'Robin', recovery_email: 'robin@mail.example' }
    await world.line('database').set(fault)
    const answers = await Promise.all([
      world.call('POST', '/create_user', { token, body }),
      world.call('POST', '/request_password_reset', { body: { username: 'sandy' } }),
      world.call('POST', '/login', { body: { username: 'sandy', password: 'x' } }),
      world.call('GET', `/tasks/${sandy}`, { token }),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.body.code ?? answer.body.msg).toBeTruthy()
    }
    expect(await world.db.collection('accounts').countDocuments({ username: 'robin' })).toBe(0)
    expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
    await world.line('database').set({ kind: 'pass' })
    const created = await askAgain(() => world.call('POST', '/create_user', { token, body }))
    const robin = created.body.task_id
    await untilDrained(world)
    await expectDoneOnce(world, { sandy, robin })
  },
  60_000,
)

test('workers without a database do nothing on the host, and go on when it is back (FI-23)', async () => {
  const world = await newRunningWorld({ lines: ['database', 'host'] })
  await world.line('host').set({ kind: 'refuse' })
  const robin = await ask(world, 'robin')
  await world.line('database').set({ kind: 'refuse' })
  await world.line('host').set({ kind: 'pass' })
  await untilLogged(world, 'worker_gave_back', { times: 3, lane: 'host' })
  expect(await world.ledger()).toEqual([])
  expect(await timesBegun(world, 'user', 'create')).toBe(0)
  await world.line('database').set({ kind: 'pass' })
  await untilDrained(world)
  expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 0 })
  await expectDoneOnce(world, { robin })
}, 60_000)

test.each(away)(
  'a database that %s during a command costs one command and no second account (FI-23)',
  async (_, fault) => {
    const world = await newRunningWorld({ lines: ['database'] })
    await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 1, times: 1 }])
    const begun = untilBegun(world, 'user', 'create')
    const robin = await ask(world, 'robin')
    await begun
    await world.line('database').set(fault)
    await untilLogged(world, 'worker_gave_back', { lane: 'host' })
    expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'running', step: 1 })
    await world.line('database').set({ kind: 'pass' })
    await untilDrained(world)
    expect(await timesBegun(world, 'user', 'create')).toBe(1)
    // Its lease ended by itself, and nobody can tell that from a killed worker.
    expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 1 })
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

/** A database in which nothing can be written, as while no primary is elected. */
function refusingWrites(database: Database): Database {
  const refuse = () =>
    Promise.reject(wordError(new MongoServerError({ message: 'not primary', code: 10107 })))
  const isRead = (name: string) => /^(find|is|position|durations|laneState)/.test(name)
  const guarded = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get: (target, name) => {
        const found: unknown = Reflect.get(target, name)
        if (typeof found === 'object' && found !== null) return guarded(found)
        return isRead(String(name)) ? found : refuse
      },
    })
  return guarded(database)
}

test('a database that takes no writes answers 503 with a time, starts no command, and loses nothing (FI-23)', async () => {
  const world = await newTestWorld({ isFast: true })
  await world.host()
  const run = watch(world)
  const robin = (await askForAccount(world, { username: 'robin' })).body.task_id
  const token = await world.as('service')
  const readOnly = newWorld(world.installation.environment, {
    ...world.world.overrides,
    database: refusingWrites(world.database),
  })
  const body = JSON.stringify({
    username: 'sandy',
    display_name: 'S',
    recovery_email: 's@x.example',
  })
  const headers = { authorization: `Bearer ${token}` }
  const event = newEvent({ method: 'POST', path: '/create_user', body, headers })
  expect(await createUser.run(event, newInvocation(10), readOnly)).toMatchObject({
    statusCode: 503,
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
  })
  const [message] = await takeMessages(world, 'host', 'keep')
  const record = { body: message?.body, receiptHandle: message?.receipt }
  const working = runHostTasks.run({ Records: [record] }, newInvocation(60), readOnly)
  await expect(working).rejects.toMatchObject({ code: 'unavailable' })
  expect(await world.ledger()).toEqual([])
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'pending', attempts: 0 })
  expect(await run.verdict()).toEqual([])
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
}, 60_000)
