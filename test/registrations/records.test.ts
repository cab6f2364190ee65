/** What is kept of registrations, past the routes: what those rest on. */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { mongoLookup } from '../../lib/adapters/mongo/lookup.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Registration } from '../../lib/registrations/registration.ts'
import { addRegistration } from '../support/registrations.ts'
import { newTestWorld } from '../support/world.ts'
import { approved, atDesk, callWith, mailedKey, submit } from './people.ts'

test('a registration that was changed since it was read is neither written over nor removed', async () => {
  const world = await newTestWorld()
  const { registrations } = world.database
  const read = await addRegistration(world, { rid: 'r1' })
  await registrations.replace({ ...read, isAddressConfirmed: true })
  for (const late of [registrations.replace(read), registrations.remove(read)]) {
    await expect(late).rejects.toMatchObject({ name: 'Outrun' })
  }
  const stored = await registrations.find('r1')
  expect(stored).toMatchObject({ isAddressConfirmed: true, revision: 1 })
})

test('a transaction whose registration was changed meanwhile begins anew', async () => {
  const world = await newTestWorld()
  let known: Registration | undefined = await addRegistration(world, { rid: 'r1' })
  await world.database.registrations.replace({ ...known, language: 'de' })
  await world.database.transaction(async ({ registrations }) => {
    const read = known ?? (await registrations.find('r1'))
    known = undefined
    if (read) await registrations.replace({ ...read, isAddressConfirmed: true })
  })
  const stored = await world.database.registrations.find('r1')
  expect(stored).toMatchObject({ language: 'de', isAddressConfirmed: true, revision: 2 })
})

test('what waits is listed in parts, oldest first, those of one moment too', async () => {
  const world = await newTestWorld()
  const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 0, 0, second))
  for (const [rid, second] of [
    ['c', 2],
    ['b', 1],
    ['d', 2],
    ['a', 1],
  ] as const) {
    await addRegistration(world, { rid, createdAt: at(second) })
  }
  await addRegistration(world, { rid: 'decided', createdAt: at(1), status: 'approved' })
  const { waiting } = world.database.registrationLists
  for (const most of [1, 2, 3]) {
    const seen: string[] = []
    for (let page = await waiting(undefined, most); page.length > 0; ) {
      seen.push(...page.map(({ rid }) => rid))
      page = await waiting(page.at(-1), most)
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd'])
  }
})

test('processes that ask for the first keyed hash at once have one key', async () => {
  const world = await newTestWorld()
  const { environment } = world.installation
  const open = () => openPorts({ lookup: mongoLookup }, newWorld(environment))
  const processes = await Promise.all(Array.from({ length: 8 }, open))
  // Each has its connection by then.
  for (const { lookup } of processes) expect(await lookup.reseal()).toBe(false)
  const hashes = await Promise.all(
    processes.map(({ lookup }) => lookup.keyOf('address', 'robin@mail.example')),
  )
  expect(new Set(hashes).size).toBe(1)
  expect(await world.db.collection('lookup_keys').countDocuments()).toBe(1)
})

test('staff see who asks again, newest first, also where the earlier ones are still there', async () => {
  const world = await newTestWorld()
  const body = { email: 'robin@mail.example' }
  const manager = async () => callWith(world, await mailedKey(world, managers[0]))
  const confirm = async () => {
    await world.runWorkers()
    await atDesk(world, await mailedKey(world, body.email))({ action: 'confirm' })
  }
  const ends = [
    async () => {
      const key = await submit(world, body)
      await confirm()
      await callWith(world, key)('DELETE')
    },
    async () => {
      await submit(world, body)
      await confirm()
      await (await manager())('PUT', { body: { status: 'rejected' } })
    },
    async () => {
      const key = await approved(world, body)
      await confirm()
      const wish = { matrix_status: 'processing', username: 'robin' }
      await callWith(world, key)('PATCH', { body: wish })
      await world.runWorkers()
    },
  ]
  for (const end of ends) {
    await end()
    world.clock.advance(1000)
  }
  await submit(world, body)
  await world.runWorkers()
  const { history } = (await (await manager())('GET')).body
  expect(history.map(({ status }: { status: string }) => status)).toEqual([
    'approved',
    'rejected',
    'withdrawn',
  ])
})
