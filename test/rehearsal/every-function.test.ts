/** What wakes each function on AWS, for those that no request reaches; `npm run rehearse` asks that all are called. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { submit } from '../registrations/people.ts'
import { askForAccount } from '../support/story.ts'
import { takeMessages } from '../support/workers.ts'
import { newTestWorld } from '../support/world.ts'

test('a bounce that the mail service tells of marks the address', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const bouncedRecipients = [{ emailAddress: 'robin@elsewhere.example' }]
  const bounce = { bounceType: 'Permanent', bouncedRecipients }
  const Message = JSON.stringify({ eventType: 'Bounce', bounce })
  await world.invoke('workers-mail-feedback', { Records: [{ Sns: { Message } }] })
  expect(await world.database.accounts.find('robin')).toMatchObject({ addressState: 'bounced' })
  expect(world.log.lines.map(({ event }) => event)).toContain('address_marked')
})

test('the clock has the names of the host copied', async () => {
  const world = await newTestWorld()
  await world.readHostNames()
  expect((await world.database.hostNames.find())?.reserved).toContain('admins')
})

test('the clock rings for a task whose message was lost', async () => {
  const world = await newTestWorld()
  const asked = await askForAccount(world, { username: 'robin' })
  await takeMessages(world, 'host')
  await world.sweep()
  const rings = world.log.lines.filter(({ event }) => event === 'rang_again')
  expect(rings).toMatchObject([{ fields: { lane: 'host', taskId: asked.body.task_id } }])
  await world.runWorkers()
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin' }])
})

test('the clock has what an older key sealed sealed anew', async () => {
  const world = await newTestWorld()
  const newKey = () => randomBytes(32).toString('base64url')
  const keys = { old: newKey(), new: newKey() }
  const use = (current: string) =>
    world.installation.setSecret('sealing-keys', JSON.stringify({ current, keys }))
  use('old')
  const { rid } = await submit(world)
  use('new')
  world.world.opened.clear()
  await world.invoke('workers-reseal', {})
  expect((await world.database.registrations.find(rid))?.sealed.keyId).toBe('new')
})
