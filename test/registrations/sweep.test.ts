import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import type { RegistrationDocument } from '../../lib/adapters/mongo/collections.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { parkedDays } from '../../lib/registrations/policy.ts'
import { matrixRegister } from '../../lib/tasks/matrix-register.ts'
import { addRegistration } from '../support/registrations.ts'
import { accept, makeTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { hours } from './people.ts'

/** A task for a registration, which nobody works for any more. */
async function parkedTask(world: TestWorld, rid: string): Promise<string> {
  const values = { input: { rid, username: 'robin' }, secrets: { password: 'Canary-7' } }
  const task = await makeTask(world.world, matrixRegister, values)
  await accept(world.database, task)
  const queue = world.db.collection<{ _id: string }>('tasks_queue')
  const parked = { $set: { status: 'parked' }, $unset: { readyIn: 1 } } as const
  await queue.updateOne({ _id: task.id }, parked)
  return task.id
}

async function sealedForAnother(world: TestWorld) {
  const { sealer } = await openPorts({ sealer: ringSealer }, world.world)
  return sealer.seal('{}', 'registration:another')
}

test('one that cannot be handled keeps no other from being removed, tried again or told of', async () => {
  const world = await newTestWorld()
  const ago = (count: number) => new Date(world.clock.now().getTime() - hours(count))
  // Its task cannot leave the queue, because one like it has left before.
  const stuckId = await parkedTask(world, 'stuck')
  await world.db.collection<{ _id: string }>('logs').insertOne({ _id: stuckId })
  const begun = { status: 'approved', begunAt: ago(200) } as const
  const failed = { parkedAt: ago(3), failedAt: ago(parkedDays * 24 + 1) } as const
  for (const wish of [
    { rid: 'stuck', createdAt: ago(60), taskId: stuckId },
    { rid: 'over', createdAt: ago(49) },
    {
      ...{ rid: 'unreadable', createdAt: ago(200), ...begun, ...failed },
      ...{ taskId: await parkedTask(world, 'unreadable'), sealed: await sealedForAnother(world) },
    },
    { rid: 'parked', createdAt: ago(30), ...begun, parkedAt: ago(2), failedAt: ago(2) },
    { rid: 'patient', createdAt: ago(25) },
  ] as const) {
    await addRegistration(world, wish, { address: 'robin@mail.example' })
  }
  world.log.expectError('registration_sweep_failed')
  await world.sweep()
  const left = await world.db.collection<RegistrationDocument>('registrations').find().toArray()
  const known = left.map(({ _id, parkedAt }) => [_id, parkedAt !== null])
  expect(Object.fromEntries(known)).toEqual({
    ...{ stuck: false, unreadable: true },
    ...{ parked: false, patient: false },
  })
  const digests = { action: 'send_registration_mail', resource: /digest/ }
  const told = await world.db.collection('tasks_queue').countDocuments(digests)
  expect(told).toBe(managers.length)
  const lines = world.log.lines.filter(({ event }) => event === 'registration_sweep_failed')
  expect(lines.map(({ fields }) => fields.resource)).toEqual([
    'registration:stuck',
    'registration:unreadable',
  ])
  expect(JSON.stringify(lines)).not.toMatch(/robin|Canary/)
})
