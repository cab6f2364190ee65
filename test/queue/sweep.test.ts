import { expect, test } from 'vitest'
import { Failure } from '../../lib/failure.ts'
import type { Database, Doorbell } from '../../lib/ports.ts'
import type { Lane } from '../../lib/queue/queue.ts'
import { hours, submit } from '../registrations/people.ts'
import { accept, plainTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

/** Something to do for each part of the sweep; gives the lanes that it rang for. */
async function sweepAll(
  world: TestWorld,
  { deaf, ...faults }: { readonly deaf: readonly Lane[]; readonly prepare?: Database['prepare'] },
) {
  await accept(world.database, plainTask(), plainTask({ lane: 'post', resource: 'chat:a' }))
  await submit(world)
  world.clock.advance(hours(48))
  const rung: Lane[] = []
  const ring: Doorbell['ring'] = async ({ lane }) => {
    if (deaf.includes(lane)) throw new TypeError(`Nobody hears ${lane}`)
    rung.push(lane)
  }
  const doorbell = { ring, hide: async () => undefined, setAside: async () => undefined }
  Object.assign(world.world.overrides, { doorbell, database: { ...world.database, ...faults } })
  world.log.expectError('worker_threw')
  await world.sweep()
  const threw = world.log.lines.filter(({ event }) => event === 'worker_threw')
  const registrations = await world.db.collection('registrations').countDocuments()
  return { rung, threw: threw.map(({ fields }) => fields.errorText), registrations }
}

const prepare = () => Promise.reject(new TypeError('No index'))

test.each([
  ['a lane that cannot be rung', { deaf: ['host'] }, ['post'], 'Nobody hears host'],
  ['the other lane', { deaf: ['post'] }, ['host'], 'Nobody hears post'],
  ['an index that cannot be made', { deaf: ['host'], prepare }, ['post'], 'No index'],
] as const)('%s keeps no other part of a sweep from being done, and is told', async (...about) => {
  const [, faults, rung, text] = about
  const world = await newTestWorld()
  expect(await sweepAll(world, faults)).toEqual({ rung, threw: [text], registrations: 0 })
})

test('a sweep does not wait again for a database that is away', async () => {
  const world = await newTestWorld()
  const away = () => Promise.reject(new Failure('unavailable'))
  const swept = await sweepAll(world, { deaf: [], prepare: away })
  expect(swept).toMatchObject({ rung: [], registrations: 1 })
  expect(swept.threw).toHaveLength(1)
})
