import { expect, test } from 'vitest'
import { timesBegun } from '../support/host-tasks.ts'
import type { TestWorld } from '../support/world.ts'
import { sesRefusal, startMailStub } from './mail-stub.ts'
import { ask, expectDoneOnce, newRunningWorld, untilDrained, untilLogged } from './running.ts'

const refusals = [
  ['too many mails at once', sesRefusal(400, 'Throttling', 'Maximum sending rate exceeded.')],
  ['the mails of a day', sesRefusal(400, 'Throttling', 'Daily message quota exceeded.')],
  ['trouble of its own', sesRefusal(503, 'ServiceUnavailable', 'Try again.')],
  ['nothing to say', { status: 500, headers: {}, body: '' }],
] as const

/** The waits after a mail's first tries. */
function deliverySecondsOf({ installation }: TestWorld): readonly number[] {
  return (installation.environment['DELIVERY_SECONDS'] ?? '').split(',').map(Number)
}

test.each(refusals)(
  'a mail that is refused for %s waits longer each time, comes once, and the host hears nothing of it (FI-24)',
  async (_, refusal) => {
    const stub = await startMailStub()
    const settings = { AWS_ENDPOINT_URL_SES: stub.origin }
    const world = await newRunningWorld({ settings })
    stub.refuse(refusal)
    const robin = await ask(world, 'robin')
    await untilLogged(world, 'task_later', { times: 3, lane: 'post' })
    expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
    expect(await world.mails()).toEqual([])
    const [first = 0, second = 0, third = 0] = stub.refusedAt
    const [short = 0, long = 0] = deliverySecondsOf(world)
    expect(second - first).toBeGreaterThanOrEqual(short * 1000)
    expect(third - second).toBeGreaterThanOrEqual(long * 1000)
    stub.refuse(undefined)
    await untilDrained(world)
    expect(await timesBegun(world, 'user', 'create')).toBe(1)
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

test('a request for a new password is answered the same while no mail can be sent (FI-24)', async () => {
  const stub = await startMailStub()
  const world = await newRunningWorld({ settings: { AWS_ENDPOINT_URL_SES: stub.origin } })
  const robin = await ask(world, 'robin')
  await untilDrained(world)
  const request = () =>
    world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  const usual = await request()
  await untilDrained(world)
  stub.refuse(refusals[2][1])
  const during = await request()
  expect([during.status, during.text]).toEqual([usual.status, usual.text])
  await untilLogged(world, 'task_later', { lane: 'post' })
  expect(await world.mails()).toHaveLength(2)
  stub.refuse(undefined)
  await untilDrained(world)
  expect(await world.mails()).toHaveLength(3)
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
  expect(await world.run.verdict()).toEqual([])
}, 60_000)

test('a mail that was accepted, and whose answer was lost, comes twice at most and says the same (FI-24)', async () => {
  const world = await newRunningWorld({ lines: ['mail'] })
  await world.line('mail').set({ kind: 'reset', afterBytes: 0, direction: 'to_client', times: 1 })
  const robin = await ask(world, 'robin')
  await untilLogged(world, 'task_later', { lane: 'post' })
  await untilDrained(world)
  await world.line('mail').set({ kind: 'pass' })
  const mails = await world.mails()
  expect(mails).toHaveLength(2)
  const [first, second] = mails.map(({ messageId, ...mail }) => mail)
  expect(second).toEqual(first)
  expect(await world.database.tasks.find(robin)).toMatchObject({ status: 'finished' })
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  expect(await world.run.verdict()).toEqual([])
}, 60_000)

test.each([
  ['refuses', { kind: 'refuse' }],
  ['takes mails and never answers', { kind: 'black_hole' }],
] as const)(
  'with a mail server that %s no host task waits, and each mail comes once when it is back (FI-24)',
  async (_, fault) => {
    const world = await newRunningWorld({ lines: ['mail'] })
    await world.line('mail').set(fault)
    const tasks: Record<string, string> = {}
    for (const name of ['robin', 'sandy', 'tony']) tasks[name] = await ask(world, name)
    await untilLogged(world, 'task_finished', { times: 3, lane: 'host' })
    await untilLogged(world, 'task_later', { times: 3, lane: 'post' })
    expect(await world.mails()).toEqual([])
    await world.line('mail').set({ kind: 'pass' })
    await untilDrained(world)
    await expectDoneOnce(world, tasks)
  },
  60_000,
)
