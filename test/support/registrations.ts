import { ringSealer } from '../../lib/adapters/keys.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { expiryOf, justTaken } from '../../lib/registrations/life.ts'
import { madeFor } from '../../lib/registrations/made-for.ts'
import { nothingPersonal, sealPersonal } from '../../lib/registrations/personal.ts'
import type { Personal, Registration } from '../../lib/registrations/registration.ts'
import type { TestWorld } from './world.ts'

/** Stores a registration as it would be after it was taken, with what is particular about it. */
export async function addRegistration(
  world: TestWorld,
  wish: Partial<Registration> & { readonly rid: string },
  personal: Partial<Personal> = {},
): Promise<Registration> {
  const { sealer } = await openPorts({ sealer: ringSealer }, world.world)
  const createdAt = wish.createdAt ?? world.clock.now()
  const registration: Registration = {
    ...justTaken,
    createdAt,
    modifiedAt: createdAt,
    expiresAt: expiryOf(createdAt),
    isShadow: false,
    language: 'en',
    addressKey: null,
    tokens: [],
    sealed: await sealPersonal(sealer, wish.rid, { ...nothingPersonal, ...personal }),
    ...wish,
  }
  await world.database.registrations.insert(registration)
  return registration
}

/** An approved registration whose username is picked, with the account that reserves it; the rid is the username. */
export async function addPicked(
  world: TestWorld,
  username: string,
  targets: Registration['targets'],
): Promise<void> {
  const address = `${username}@elsewhere.example`
  const own = { rid: username, status: 'approved', targets } as const
  await addRegistration(world, { ...own, matrixStatus: 'processing' }, { username, address })
  const createdBy = madeFor(username)
  await world.addAccount({
    username,
    state: 'approved',
    address: null,
    usedOnHost: false,
    createdBy,
  })
}
