import { expect, test } from 'vitest'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { timesBegun, untilBegun } from '../support/host-tasks.ts'
import type { TestWorld } from '../support/world.ts'
import {
  ask,
  expectDoneOnce,
  expectWaits,
  newRunningWorld,
  triesOf,
  untilDrained,
  untilLogged,
} from './running.ts'

/** Asks for an account whose command takes a while, and waits until the host is in the middle of it. */
async function askSlowly(world: TestWorld, fault: 'delay' | 'print'): Promise<string> {
  await world.setHostFaults([{ fault, command: 'user create', value: 1.5, times: 1 }])
  const begun = untilBegun(world, 'user', 'create')
  const id = await ask(world, 'robin')
  await begun
  return id
}

test.each([
  ['silent', 'FI-03', 'delay'],
  ['printing', 'FI-04', 'print'],
] as const)(
  'a line that is cut in the middle of a %s command leaves one command, one account and one mail (%s)',
  async (_, __, fault) => {
    const world = await newRunningWorld({ lines: ['host'] })
    const robin = await askSlowly(world, fault)
    await world.line('host').set({ kind: 'reset', afterBytes: 0, direction: 'to_client', times: 1 })
    await untilDrained(world)
    expect(triesOf(world, robin)).toEqual(['task_later', 'task_finished'])
    expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 1, step: 1 })
    expect(await timesBegun(world, 'user', 'create')).toBe(1)
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

test('a host that goes away in the middle of a command and comes back is asked what became of it (FI-03)', async () => {
  const world = await newRunningWorld({ lines: ['host'] })
  const robin = await askSlowly(world, 'delay')
  await world.line('host').set({ kind: 'refuse' })
  await untilLogged(world, 'task_unreachable', { times: 2 })
  await world.line('host').set({ kind: 'pass' })
  await untilDrained(world)
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  await expectDoneOnce(world, { robin })
}, 60_000)

const keepAlives = 4
// A busy machine notices a little later.
const slackSeconds = 3

test('a line whose other end is gone without a word is given up after four keep-alives (FI-05)', async () => {
  const world = await newRunningWorld({ lines: ['host'] })
  const keepAliveSeconds = Number(world.installation.environment['SSH_KEEP_ALIVE_SECONDS'])
  const robin = await askSlowly(world, 'delay')
  await world.line('host').set({ kind: 'half_open' })
  const began = performance.now()
  await untilLogged(world, 'task_later')
  expect((performance.now() - began) / 1000).toBeLessThan(
    keepAlives * keepAliveSeconds + slackSeconds,
  )
  await expectWaits(world, robin, { attempts: 1 })
  await untilLogged(world, 'task_unreachable')
  await world.line('host').set({ kind: 'pass' })
  await untilDrained(world)
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  await expectDoneOnce(world, { robin })
}, 60_000)

test('as deployed, such a line is given up after 40 seconds at most (FI-05)', () => {
  const { SSH_KEEP_ALIVE_SECONDS } = sshHost.settings.parse({
    HOST_ADDRESS: 'host.example',
    HOST_USER: 'gatehouse',
  })
  expect(SSH_KEEP_ALIVE_SECONDS * keepAlives).toBeLessThanOrEqual(40)
})

test.each([
  ['is slow', { kind: 'slow', bytesPerSecond: 20_000 }],
  ['takes its time each way', { kind: 'delay', milliseconds: 60 }],
] as const)(
  'a line that %s changes nothing but the time it takes',
  async (_, fault) => {
    const world = await newRunningWorld({ lines: ['host'] })
    await world.line('host').set(fault)
    const robin = await ask(world, 'robin')
    await untilDrained(world)
    expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 0 })
    await expectDoneOnce(world, { robin })
  },
  60_000,
)
