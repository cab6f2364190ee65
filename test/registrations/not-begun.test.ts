/** Who picked a name hears of it where the 48 hours end before making has begun (T27). */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { formatMoment } from '../../lib/language/formats.ts'
import { later } from '../support/host-tasks.ts'
import type { Key } from '../support/registration-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { approved, callWith, everythingIn, hours, matrixOf, pick } from './people.ts'

const robin = 'robin@mail.example'
const unread = { fault: 'read_garbage', command: 'user group info' }

/** A registration of 40 hours whose name was just picked. */
async function picked(world: TestWorld): Promise<Key> {
  const key = await approved(world, { email: robin })
  await world.runWorkers()
  world.clock.advance(hours(40))
  expect((await callWith(world, key)('PATCH', pick('robin'))).status).toBe(200)
  return key
}

/** The mails to one address since a count of all, as text. */
async function lettersTo(world: TestWorld, address: string, since: number) {
  const mails = (await world.mails()).slice(since).filter(({ to }) => to.includes(address))
  return mails.map(({ subject, text }) => `${subject}\n${text}`)
}

async function sweepAtTheEnd(world: TestWorld): Promise<void> {
  world.clock.advance(hours(8))
  await world.sweep()
  await world.runWorkers()
}

async function expectGone(world: TestWorld): Promise<void> {
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  expect(await world.database.accounts.find('robin')).toBeUndefined()
  expect(await world.hostUsers()).toEqual([])
  expect((await matrixOf(world)).names()).toEqual([])
  expect(await everythingIn(world)).not.toMatch(/robin@mail/)
}

test.each(['matrix,yunohost', 'yunohost'])(
  'with %s a task that waits for staff says until when, and its end is told to everybody once',
  async (targets) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
    await world.setHostFaults([unread])
    const key = await picked(world)
    const { expires } = (await callWith(world, key)('GET')).body
    const count = (await world.mails()).length
    for (let round = 0; round < 4; round += 1) await later(world)
    const end = formatMoment(new Date(expires), 'en')
    const [waits = '', ...more] = await lettersTo(world, robin, count)
    expect(more).toEqual([])
    expect(waits).toMatch(/^Your account takes longer than expected\n/)
    expect(waits).toContain(`until ${end}`)
    for (const manager of managers) {
      const [told = ''] = await lettersTo(world, manager, count)
      expect(told).toContain(`waits for you until ${end}`)
    }
    const before = (await world.mails()).length
    await sweepAtTheEnd(world)
    const [over = '', ...others] = await lettersTo(world, robin, before)
    expect(others).toEqual([])
    expect(over).toMatch(/^Your account could not be made\n/)
    for (const manager of managers) {
      const [told = '', ...rest] = await lettersTo(world, manager, before)
      expect(rest).toEqual([])
      expect(told).toMatch(/^An account was given up\n/)
      expect(told).toContain('Where: The YunoHost host')
    }
    await expectGone(world)
  },
)

test('what has begun and waits for staff says that it waits for seven days', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'matrix' } })
  const matrix = await matrixOf(world)
  matrix.setFault({ kind: 'broken' })
  await picked(world)
  const count = (await world.mails()).length
  world.clock.advance(hours(1))
  await later(world)
  const until = formatMoment(new Date(world.clock.now().getTime() + hours(7 * 24)), 'en')
  const [told = ''] = await lettersTo(world, robin, count)
  expect(told).toContain(`until ${until}`)
})

test.each([
  ['yunohost', 'The YunoHost host'],
  ['matrix', 'The Matrix server'],
])(
  'where no worker came to %s everybody hears that there is no account',
  async (targets, where) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
    await picked(world)
    const count = (await world.mails()).length
    await sweepAtTheEnd(world)
    expect(await lettersTo(world, robin, count)).toHaveLength(1)
    const [told = ''] = await lettersTo(world, managers[0], count)
    expect(told).toContain(`Where: ${where}`)
    expect(told).toContain('Nothing was begun before the registration was over.')
    await expectGone(world)
  },
)

test('who left no address is not mailed, and the managers are', async () => {
  const world = await newTestWorld()
  const key = await approved(world)
  await world.runWorkers()
  await callWith(world, key)('PATCH', pick('robin'))
  const count = (await world.mails()).length
  world.clock.advance(hours(40))
  await sweepAtTheEnd(world)
  const told = (await world.mails()).slice(count).flatMap(({ to }) => to)
  expect(told.sort()).toEqual([...managers].sort())
})

test('without its key a registration goes without letters, and that is noted', async () => {
  const world = await newTestWorld()
  const use = (current: string) => {
    const keys = { [current]: randomBytes(32).toString('base64url') }
    world.installation.setSecret('sealing-keys', JSON.stringify({ current, keys }))
    world.world.opened.clear()
  }
  use('old')
  await picked(world)
  const count = (await world.mails()).length
  use('new')
  world.log.expectError('registration_sweep_failed')
  world.clock.advance(hours(8))
  await world.sweep()
  expect(await world.db.collection('registrations').countDocuments()).toBe(0)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  expect(await world.mails()).toHaveLength(count)
  const [line] = world.log.lines.filter(({ event }) => event === 'registration_sweep_failed')
  expect(line?.fields.code).toBe('unavailable')
})
