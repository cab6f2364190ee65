import { expect, test } from 'vitest'
import { handler } from '../../functions/workers/run-host-tasks.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Host } from '../../lib/ports.ts'
import { newFrozenClock } from '../support/clock.ts'
import { timesBegun, untilBegun } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

async function ask(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  expect(asked.status).toBe(201)
  world.clock.advance(1000)
  return asked.body.task_id
}

const quietDoorbell = {
  ring: async () => undefined,
  hide: async () => undefined,
  setAside: async () => undefined,
}

function callWorker(world: TestWorld): Promise<void> {
  const body = JSON.stringify({ v: 1, taskId: 'A'.repeat(22) })
  const event = { Records: [{ body, receiptHandle: 'none' }] }
  return handler.run(event, newInvocation(120), world.world)
}

test('a worker whose lease ended during its command writes nothing more, and there is one effect (FI-16)', async () => {
  // As with an event loop that is blocked: nothing repeats, so that no lease is renewed.
  const clock = { ...(await newFrozenClock(new Date())), every: () => () => undefined }
  const settings = { LEASE_SECONDS: '1', RENEW_SECONDS: '0.4' }
  const world = await newTestWorld({ settings, overrides: { clock, doorbell: quietDoorbell } })
  await world.host()
  await world.setHostFaults([{ fault: 'delay', command: 'user create', value: 3, times: 1 }])
  const id = await ask(world, 'robin')
  const begun = untilBegun(world, 'user', 'create')
  const first = callWorker(world)
  await begun
  const hasEnded = async () => (await world.database.tasks.findToRing('host')) !== undefined
  await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true)
  await Promise.all([first, callWorker(world)])
  const task = await world.database.tasks.find(id)
  expect(task).toMatchObject({ status: 'finished' })
  // On a slow machine the second one may lose its lease too.
  expect(task?.fence).toBeGreaterThanOrEqual(2)
  const lost = world.log.lines.filter(({ event }) => event === 'lease_lost')
  expect(lost).toHaveLength((task?.fence ?? 0) - 1)
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
  await world.wake('post')
  expect(await world.db.collection('tasks_queue').countDocuments({ action: 'send_mail' })).toBe(1)
})

test('a worker whose lease ended before its command does not begin it', async () => {
  const gate: { host?: Host; hold?: Promise<void>; asked: string[] } = { asked: [] }
  const host: Host = {
    ask: async (request) => {
      gate.asked.push(`${request.op} ${request.fence}`)
      const answer = await gate.host?.ask(request)
      if (answer === undefined) throw new Error('The test has no host yet.')
      if (request.fence === 1) await gate.hold
      return answer
    },
  }
  const world = await newTestWorld({ overrides: { host, doorbell: quietDoorbell } })
  await world.host()
  gate.host = (await openPorts({ host: sshHost }, newWorld(world.installation.environment))).host
  const id = await ask(world, 'robin')
  const release = Promise.withResolvers<void>()
  gate.hold = release.promise
  const late = callWorker(world)
  await expect.poll(() => gate.asked, { timeout: 10_000 }).toEqual(['read 1'])
  await world.skipWaits()
  await callWorker(world)
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished', fence: 2 })
  release.resolve()
  await late
  expect(gate.asked.filter((asked) => asked.endsWith(' 1'))).toEqual(['read 1'])
  expect(await timesBegun(world, 'user', 'create')).toBe(1)
})

test('the gate refuses a worker whose lease another one has, also in the middle of its work (FI-16)', async () => {
  const world = await newTestWorld()
  await world.host()
  const { host } = await openPorts({ host: sshHost }, newWorld(world.installation.environment))
  const about = { task: 'B'.repeat(22), step: 1, wait: 0 }
  const run = { op: 'run', verb: 'user_permissions_sync', args: {}, ...about } as const
  expect(await host.ask({ ...run, fence: 2 })).toMatchObject({
    state: expect.stringMatching(/done|running/),
  })
  expect(await host.ask({ ...run, step: 2, fence: 1 })).toMatchObject({
    state: 'refused',
    key: 'stale_fence',
  })
})
