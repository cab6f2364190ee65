/** Letters about a registration that cannot be sent, or that nobody needs any more. */
import { expect, test } from 'vitest'
import { skipTask } from '../../lib/queue/control.ts'
import { DeliveryError } from '../../lib/queue/delivery.ts'
import { hostTasks, postTasks } from '../../lib/tasks/index.ts'
import { controlOf } from '../support/control.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { callWith, everythingIn, hours, mailedKey, submit } from './people.ts'

const robin = 'robin@mail.example'

/** What was said in the staff's channel, without its escapes. */
function chatOf(world: TestWorld): readonly string[] {
  return world.chat().map((message) => JSON.stringify(message).replaceAll('\\', ''))
}

test('a mail that an address does not take is told to staff once, without the address', async () => {
  const world = await newTestWorld()
  const reason = 'SES refused the mail: InvalidParameterValue (400)'
  const refuse = () => Promise.reject(new DeliveryError('permanent', reason))
  Object.assign(world.world.overrides, { mailer: { send: refuse } })
  const { rid } = await submit(world, { email: robin, message: 'Canary-7' })
  await world.runWorkers()
  const told = chatOf(world).filter((message) => message.includes(reason))
  expect(told).toHaveLength(3)
  expect(told.join()).toContain('registration_received')
  for (const one of told) expect(one).toContain(rid)
  expect(await everythingIn(world)).not.toMatch(/robin@|rosa|noor|Canary/)
  const token = await world.as('staff')
  expect((await world.call('GET', `/registrations/${rid}/`, { token })).body.status).toBe('pending')
})

test.each([
  ['withdrawn', 'DELETE', 0],
  ['over', 'GET', 48],
])('what leads to a registration that is %s is not sent', async (_, method, wait) => {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  await callWith(world, key)(method)
  world.clock.advance(hours(wait))
  await world.runWorkers()
  expect(await world.mails()).toEqual([])
  expect(await everythingIn(world)).not.toContain('registration_mail_failed')
})

test('where staff give up its letters they still hear of a registration, and the asker sees it', async () => {
  const world = await newTestWorld()
  const key = await submit(world, { email: robin })
  const task = await world.db.collection('tasks_queue').findOne({ action: 'announce_registration' })
  await skipTask(await controlOf(world), { ...hostTasks, ...postTasks }, String(task?._id))
  await world.sweep()
  await world.runWorkers()
  expect(await world.mails()).toEqual([])
  expect(chatOf(world).join()).toContain(key.rid)
  expect((await callWith(world, key)('GET')).body.status).toBe('pending')
  await expect(mailedKey(world, robin)).rejects.toThrow('No mail')
})
