/** Before any try an account on Matrix is somebody else's, however new it is (T26). */
import { expect, test } from 'vitest'
import { Failure } from '../../lib/failure.ts'
import type { MatrixAccount } from '../../lib/ports.ts'
import { later } from '../support/host-tasks.ts'
import { newTestWorld } from '../support/world.ts'
import { approved, callWith, pick } from './people.ts'

test('only a further try asks for what an earlier one may have left half made', async () => {
  const asked: MatrixAccount[] = []
  const matrix = {
    register: async (account: MatrixAccount) => {
      asked.push(account)
      if (asked.length === 1) throw new Failure('unavailable')
      return 'registered' as const
    },
    opens: async () => false,
  }
  const settings = { REGISTRATION_TARGETS: 'matrix' }
  const world = await newTestWorld({ isFast: true, settings, overrides: { matrix } })
  const key = await approved(world)
  await callWith(world, key)('PATCH', pick('robin'))
  await world.runWorkers()
  await later(world)
  expect(asked.map((account) => 'wishedAt' in account)).toEqual([false, true])
})
