import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { handler } from '../../functions/workers/run-host-tasks.ts'
import { closeWorld } from '../../infra/local/functions.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Host } from '../../lib/ports.ts'
import { resumeLane } from '../../lib/queue/control.ts'
import { controlOf } from '../support/control.ts'
import { effectsOf, later, stepsOf, timesBegun, untilBegun } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import type { WorkerOrder } from '../support/worker-process.ts'
import { newDeliveries, setVisible, takeMessages } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

async function ask(world: TestWorld, username: string): Promise<string> {
  const asked = await askForAccount(world, { username })
  expect(asked.status).toBe(201)
  world.clock.advance(1000)
  return asked.body.task_id
}

/** How often somebody offered a key to the host; undefined where its server keeps no log. */
async function signIns(world: TestWorld): Promise<number | undefined> {
  const { folder, kind } = await world.host()
  if (kind !== 'openssh') return undefined
  const log = await readFile(join(folder, 'ssh', 'sshd.log'), 'utf8')
  return log.split(/Accepted publickey|Failed publickey/).length - 1
}

/** The next call of the function is a process of its own, which remembers nothing. */
async function restart(world: TestWorld): Promise<void> {
  await closeWorld(world.world)
  world.world.opened.clear()
}

test('a host key that is not pinned stops the lane before our key is shown, and resume goes on', async () => {
  const world = await newTestWorld()
  const right = (await world.host()).hostKeyFingerprints
  world.installation.setSecret('ssh-host-keys', JSON.stringify([`SHA256:${'A'.repeat(43)}`]))
  const before = await signIns(world)
  const ids = [await ask(world, 'robin'), await ask(world, 'sandy')]
  await world.runWorkers()
  await later(world)
  expect(await signIns(world)).toBe(before)
  const lane = await world.database.tasks.laneState('host')
  expect(lane).toMatchObject({ paused: true, pending: 2, running: 0 })
  expect(lane.reason).toContain('key')
  expect(world.chat()).toHaveLength(1)
  expect((await world.call('GET', '/health')).status).toBe(200)
  world.installation.setSecret('ssh-host-keys', JSON.stringify(right))
  await restart(world)
  await resumeLane(await controlOf(world), 'host')
  await later(world)
  for (const id of ids) {
    expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished', attempts: 0 })
  }
})

test('a host that refuses our key stops the lane, and staff are told once', async () => {
  const world = await newTestWorld()
  await world.host()
  const other = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  world.installation.setSecret('ssh-key', other.private)
  const id = await ask(world, 'robin')
  await world.runWorkers()
  await later(world)
  expect(await world.database.tasks.laneState('host')).toMatchObject({ paused: true, pending: 1 })
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'pending', attempts: 0 })
  expect(world.chat()).toHaveLength(1)
})

test('a host that cannot be reached costs no attempt, keeps the order, and is probed less and less', async () => {
  const world = await newTestWorld({ lines: ['host'] })
  await world.host()
  const ids = [await ask(world, 'robin'), await ask(world, 'sandy'), await ask(world, 'tony')]
  world.line('host').cut()
  const worker = await newDeliveries(world, 'host')
  for (const wait of [5, 10, 20]) {
    await world.sweep()
    expect(await worker.wake()).toMatchObject([{ name: 'RingAgain' }])
    const lane = await world.db.collection('lanes').findOne()
    expect(lane?.['misses']).toBe(Math.log2(wait / 5) + 1)
    expect((lane?.['closedUntil'].getTime() - Date.now()) / 1000).toBeLessThanOrEqual(wait)
    await world.skipWaits()
    await worker.redeliver()
  }
  expect(await world.db.collection('tasks_queue').find().toArray()).toMatchObject(
    ids.map(() => ({ status: 'pending', attempts: 0 })),
  )
  world.line('host').mend()
  await world.sweep()
  expect(await worker.wake()).toEqual([])
  const effects = (await world.ledger()) as ReadonlyArray<{ effect: string; user: string }>
  const created = effects.filter(({ effect }) => effect === 'user_created')
  expect(created.map(({ user }) => user)).toEqual(['robin', 'sandy', 'tony'])
  expect(await takeMessages(world, 'dead')).toEqual([])
})

test('a line that is cut during a command leaves one effect and one mail', async () => {
  const world = await newTestWorld({ lines: ['host'] })
  await world.host()
  for (const [at, fault] of ['delay', 'print'].entries()) {
    const username = `mika${at}`
    await world.setHostFaults([{ fault, command: 'user create', value: 1.5, times: 1 }])
    const id = await ask(world, username)
    const begun = untilBegun(world, 'user', 'create', username)
    const running = world.runWorkers()
    await begun
    world.line('host').cut()
    await running
    expect(await world.database.tasks.find(id)).toMatchObject({ status: 'pending', attempts: 1 })
    world.line('host').mend()
    await later(world)
    expect(await world.database.tasks.find(id)).toMatchObject({ status: 'finished' })
    expect(await timesBegun(world, 'user', 'create', username)).toBe(1)
    expect(await stepsOf(world, id)).toEqual([1])
  }
  expect(await world.mails()).toHaveLength(2)
})

async function runAndDie(world: TestWorld, diesAt: WorkerOrder['diesAt']) {
  const [message] = await takeMessages(world, 'host', 'keep')
  if (message === undefined) throw new Error('There was no message for the worker.')
  const { environment } = world.installation
  const event = { Records: [{ body: message.body, receiptHandle: message.receipt }] }
  const program = join(import.meta.dirname, '..', 'support', 'worker-process.ts')
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(JSON.stringify({ environment, event, diesAt } satisfies WorkerOrder))
  const [, signal] = await once(child, 'close')
  return { signal, receipt: message.receipt }
}

test('a worker that is killed before, after or long after the command leaves one account and one mail', async () => {
  const world = await newTestWorld()
  await world.host()
  for (const [at, diesAt] of (['intent', 'attempt', 'commit'] as const).entries()) {
    const username = `mika${at}`
    const id = await ask(world, username)
    const { signal, receipt } = await runAndDie(world, diesAt)
    expect(signal).toBe('SIGKILL')
    expect(await world.database.tasks.find(id), diesAt).toMatchObject({
      status: 'running',
      step: 1,
    })
    await setVisible(world, 'host', receipt)
    await world.wake('host')
    // The dead one's lease still counts.
    expect(await world.database.tasks.find(id), diesAt).toMatchObject({
      status: 'running',
      fence: 1,
    })
    await later(world)
    const task = await world.database.tasks.find(id)
    expect(task, diesAt).toMatchObject({ status: 'finished', fence: 2, attempts: 1 })
    expect(await timesBegun(world, 'user', 'create', username)).toBe(1)
    const effects = await effectsOf(world, username)
    expect(effects.filter((effect) => effect === 'user_created')).toHaveLength(1)
  }
  expect(await world.hostUsers()).toHaveLength(3)
  const mails = await world.mails()
  expect(mails.map(({ to }) => to[0]?.slice(0, 5)).sort()).toEqual(['mika0', 'mika1', 'mika2'])
  expect(world.chat()).toHaveLength(3)
})

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

test('a worker whose lease ended during its command writes nothing more, and there is one effect', async () => {
  const settings = { LEASE_SECONDS: '1', RENEW_SECONDS: '60' }
  const world = await newTestWorld({ settings, overrides: { doorbell: quietDoorbell } })
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
  expect(task).toMatchObject({ status: 'finished', fence: 2 })
  expect(task?.history).toHaveLength(1)
  expect(
    world.log.lines.map(({ event }) => event).filter((event) => event === 'lease_lost'),
  ).toHaveLength(1)
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

test('the gate refuses a worker whose lease another one has, also in the middle of its work', async () => {
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
