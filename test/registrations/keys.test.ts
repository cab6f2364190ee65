/** Keys that are rotated, missing or wrong (FI-33, T28). */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { managers, newKeyRings } from '../../infra/local/installation.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import { atDesk, callWith, everythingIn, mailedKey, submit } from './people.ts'

const robin = 'robin@mail.example'

const newKey = () => randomBytes(32).toString('base64url')

/** The ring of a world from now on, as another process sees it that starts now. */
function setRing(world: TestWorld, current: string, keys: Readonly<Record<string, string>>): void {
  world.installation.setSecret('sealing-keys', JSON.stringify({ current, keys }))
  world.world.opened.clear()
}

async function newOldPlace() {
  const world = await newTestWorld()
  const keys = { old: newKey(), new: newKey() }
  setRing(world, 'old', keys)
  const key = await submit(world, { email: robin, message: 'Canary-7' })
  await world.runWorkers()
  return { world, keys, key }
}

test('after a rotation old registrations are readable, new ones have the new key, and the job moves the old ones', async () => {
  const { world, keys, key } = await newOldPlace()
  setRing(world, 'new', keys)
  const later = await submit(world)
  expect((await callWith(world, key)('GET')).body.message).toBe('Canary-7')
  const { registrations } = world.database
  expect((await registrations.find(later.rid))?.sealed.keyId).toBe('new')
  expect((await registrations.find(key.rid))?.sealed.keyId).toBe('old')
  await world.invoke('workers-reseal', {})
  await world.invoke('workers-reseal', {})
  expect(await everythingIn(world)).not.toContain('"keyId":"old"')
  setRing(world, 'new', { new: keys.new })
  expect((await callWith(world, key)('GET')).body.message).toBe('Canary-7')
  // The address is found again, so its hash is the same.
  await submit(world, { email: robin })
  expect(await world.db.collection('registrations').countDocuments({ isShadow: false })).toBe(2)
})

test('what the job cannot open stays as it is, and is told', async () => {
  const { world, keys, key } = await newOldPlace()
  setRing(world, 'new', { new: keys.new, old: newKey() })
  world.log.expectError('reseal_failed')
  await world.invoke('workers-reseal', {})
  expect(world.log.lines.map(({ event }) => event)).toContain('reseal_failed')
  setRing(world, 'new', keys)
  expect((await callWith(world, key)('GET')).body.message).toBe('Canary-7')
})

test.each(['missing', 'wrong', 'replaced', 'no ring'] as const)(
  'with a sealing key that is %s every route answers 503 and keeps nothing',
  async (fault) => {
    const { world, keys, key } = await newOldPlace()
    const manager = await mailedKey(world, managers[0])
    const before = await everythingIn(world)
    if (fault === 'missing') world.installation.setSecret('sealing-keys', undefined)
    else if (fault === 'no ring') world.installation.setSecret('sealing-keys', '{}')
    else if (fault === 'wrong') setRing(world, 'old', { old: newKey() })
    else world.installation.setSecret('sealing-keys', newKeyRings().sealing)
    world.world.opened.clear()
    const answers = [
      await callWith(world, key)('GET'),
      await callWith(world, manager)('PUT', { body: { status: 'approved' } }),
      await callWith(world, key)('PATCH', {
        body: { matrix_status: 'processing', username: 'robin' },
      }),
      await callWith(world, key)('DELETE'),
      await atDesk(world, key)({ action: 'confirm' }),
      await world.call('POST', '/registrations', { body: { email: 'new@mail.example' } }),
    ]
    for (const answer of answers) {
      expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([503, true])
      expect(answer.text).not.toMatch(/key|seal|Canary/i)
    }
    const own = await world.db.collection('registrations').countDocuments()
    expect(own).toBe(1)
    expect(JSON.stringify(world.log.lines)).not.toMatch(/Canary|robin@|new@mail/)
    setRing(world, 'old', keys)
    expect((await callWith(world, key)('GET')).body.message).toBe('Canary-7')
    expect(before).not.toContain('new@mail')
  },
)

test('a sealed record that was moved to another registration does not open', async () => {
  const { world, key } = await newOldPlace()
  const other = await submit(world, { message: 'Mine' })
  const collection = world.db.collection<{ _id: string; sealed: unknown }>('registrations')
  const stolen = await collection.findOne({ _id: key.rid })
  await collection.updateOne({ _id: other.rid }, { $set: { sealed: stolen?.sealed } })
  expect((await callWith(world, other)('GET')).status).toBe(503)
})
