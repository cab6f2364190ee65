/** A link decides only as long as whoever got it is a manager (T19). */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { sesMailer } from '../../lib/adapters/ses.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import type { Mail } from '../../lib/ports.ts'
import { DeliveryError } from '../../lib/queue/delivery.ts'
import { later } from '../support/host-tasks.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, mailedKey, pick, submit } from './people.ts'

const [ada, ben] = managers

function leaveOnlyBen(world: TestWorld): void {
  Object.assign(world.installation.environment, { MANAGERS: ben })
  world.world.opened.clear()
}

async function lettersTo(world: TestWorld, address: string): Promise<number> {
  return (await world.mails()).filter(({ to }) => to.includes(address)).length
}

test('who is no manager any more can neither read nor decide, and the others can', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  await world.runWorkers()
  const [former, other] = [await mailedKey(world, ada), await mailedKey(world, ben)]
  expect((await callWith(world, former)('GET')).status).toBe(200)
  leaveOnlyBen(world)
  const form = { ...former, action: 'approve' }
  expect((await callWith(world, former)('GET')).status).toBe(401)
  expect((await callWith(world, former)('PUT', { body: { status: 'approved' } })).status).toBe(401)
  expect((await atDesk(world, former)({ action: 'claim' })).status).toBe(401)
  expect((await world.call('POST', '/registrations/decide', { form })).status).toBe(404)
  expect((await world.database.registrations.find(rid))?.status).toBe('pending')
  expect((await callWith(world, other)('PUT', { body: { status: 'approved' } })).status).toBe(200)
})

test('a letter that waits for somebody who is no manager any more is not sent, and holds up no other', async () => {
  const world = await newTestWorld()
  const { mailer } = await openPorts({ mailer: sesMailer }, world.world)
  const send = (mail: Mail) =>
    mail.to === ada ? Promise.reject(new DeliveryError('transient', 'Busy')) : mailer.send(mail)
  Object.assign(world.world.overrides, { mailer: { send } })
  await submit(world)
  await world.runWorkers()
  const other = await mailedKey(world, ben)
  leaveOnlyBen(world)
  expect((await callWith(world, other)('PUT', { body: { status: 'approved' } })).status).toBe(200)
  await world.runWorkers()
  expect(await lettersTo(world, ben)).toBe(2)
  Object.assign(world.world.overrides, { mailer })
  await later(world)
  expect(await lettersTo(world, ada)).toBe(0)
  // That somebody asks, and nothing of a letter that failed.
  expect(world.chat()).toHaveLength(1)
})

test('who is no manager any more is written to neither of a decision nor of a failure', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  await world.runWorkers()
  const other = await mailedKey(world, ben)
  const key = await approved(world)
  await world.runWorkers()
  await callWith(world, key)('PATCH', pick('robin'))
  const surprise = () => Promise.reject(new TypeError('x is not a function'))
  Object.assign(world.world.overrides, { matrix: { register: surprise, opens: surprise } })
  world.log.expectError('task_unexpected_error')
  const [toAda, toBen] = [await lettersTo(world, ada), await lettersTo(world, ben)]
  leaveOnlyBen(world)
  expect((await callWith(world, other)('PUT', { body: { status: 'approved' } })).status).toBe(200)
  for (let round = 0; round < 3; round += 1) await later(world)
  await world.runWorkers()
  expect(other.rid).toBe(rid)
  expect((await callWith(world, key)('GET')).body.matrix_status).toBe('failed')
  expect(await lettersTo(world, ben)).toBe(toBen + 2)
  expect(await lettersTo(world, ada)).toBe(toAda)
})

test('who is no manager any more does not hear that staff undid a rejection', async () => {
  const world = await newTestWorld()
  const { rid } = await submit(world)
  await world.runWorkers()
  const other = await mailedKey(world, ben)
  await callWith(world, other)('PUT', { body: { status: 'rejected' } })
  await world.runWorkers()
  const [toAda, toBen] = [await lettersTo(world, ada), await lettersTo(world, ben)]
  leaveOnlyBen(world)
  const token = await world.as('staff')
  const body = { action: 'undo' }
  expect((await world.call('POST', `/registrations/${rid}/desk/`, { token, body })).status).toBe(
    200,
  )
  await world.runWorkers()
  expect(await lettersTo(world, ben)).toBe(toBen + 1)
  expect(await lettersTo(world, ada)).toBe(toAda)
})
