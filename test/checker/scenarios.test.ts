import { expect, test } from 'vitest'
import { later } from '../support/host-tasks.ts'
import { runAndDie } from '../support/killed-worker.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { watch } from './watch.ts'

const password = 'Kastanie-7-Regenbogen'

async function setPassword(world: TestWorld) {
  const [welcome] = await world.mails()
  const body = { token: tokenIn(welcome), new_password: password }
  const set = await world.call('POST', '/password_reset', { body })
  expect(set.status).toBe(200)
  return set
}

test('the main story breaks no invariant', async () => {
  const world = await newTestWorld()
  const run = watch(world)
  const asked = await askForAccount(world, { username: 'robin', display_name: 'Robin Ash' })
  const token = await world.as('service')
  await world.call('GET', asked.body.task_url, { token })
  await world.runWorkers()
  await world.call('GET', asked.body.task_url, { token })
  const set = await setPassword(world)
  await world.runWorkers()
  await world.call('GET', `/tasks/${set.body.task_id}`, { token: set.body.task_token })
  await world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  expect(await run.verdict()).toEqual([])
  const record = await run.record()
  // What was judged is what happened.
  expect(record.acknowledgements.map(({ path }) => path)).toEqual([
    '/create_user',
    '/password_reset',
    '/request_password_reset',
  ])
  expect(record.polls.map(({ status }) => status)).toEqual(['pending', 'finished', 'finished'])
  expect(record.effects.filter(({ taskId }) => taskId === asked.body.task_id)).not.toEqual([])
  expect(record.mails).toHaveLength(3)
})

test('a worker that is killed in the middle breaks no invariant', async () => {
  const world = await newTestWorld({ isFast: true })
  const run = watch(world)
  await world.host()
  const asked = await askForAccount(world, { username: 'robin' })
  expect((await runAndDie(world, 'host', 'afterExec')).end).toBe('SIGKILL')
  run.killed('the worker')
  expect(await world.database.tasks.find(asked.body.task_id)).toMatchObject({ status: 'running' })
  expect(await run.verdict()).toEqual([])
  const { faults, commands } = await run.record()
  expect(faults).toMatchObject([{ name: 'the worker was killed' }])
  expect(commands.filter(({ isRead }) => !isRead)).toMatchObject([{ text: 'user create robin' }])
})

test('a line that is cut and a mail that comes twice for it break no invariant', async () => {
  const world = await newTestWorld({ isFast: true, lines: ['mail', 'host'] })
  const run = watch(world)
  await world.host()
  await askForAccount(world, { username: 'robin' })
  await world.line('host').set({ kind: 'refuse' })
  await world.runWorkers()
  await world.line('host').set({ kind: 'pass' })
  // The mail is taken, and the answer is lost.
  await world.line('mail').set({ kind: 'reset', direction: 'to_client', afterBytes: 0 })
  await expect.poll(() => mailsAfter(world), { timeout: 10_000 }).toBeGreaterThan(0)
  await world.line('mail').set({ kind: 'pass' })
  expect(await run.verdict()).toEqual([])
  const { mails, faults } = await run.record()
  expect(mails.length).toBeGreaterThan(1)
  expect(faults.map(({ name }) => name)).toEqual(['host: refuse', 'mail: reset'])
})

test('what somebody spoils behind the back of Gatehouse is noticed', async () => {
  const world = await newTestWorld()
  const run = watch(world)
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  await setPassword(world)
  await world.runWorkers()
  const action = { action: 'send_mail', 'input.template': 'set_password' }
  await world.db.collection('logs').deleteOne(action)
  await world.db
    .collection('accounts')
    .updateOne({ username: 'robin' }, { $set: { note: password } })
  const names = new Set((await run.verdict()).map((violation) => violation.slice(0, 2)))
  expect([...names]).toEqual(['I1', 'I6', 'I8'])
})

async function mailsAfter(world: TestWorld): Promise<number> {
  await later(world)
  return (await world.mails()).length
}
