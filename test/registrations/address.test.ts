/** An address that is given with the username, in place of the first one (T08, T21, T32). */
import { expect, test } from 'vitest'
import type { Key } from '../support/registration-key.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'
import {
  approved,
  atDesk,
  callWith,
  mailedKey,
  mailedKeys,
  matrixOf,
  pick,
  submit,
} from './people.ts'

const robin = 'robin@mail.example'
const other = 'other@mail.example'

const confirm = (world: TestWorld, key: Key) => atDesk(world, key)({ action: 'confirm' })

const pickWith = (world: TestWorld, key: Key, email: string, username = 'robin') =>
  callWith(world, key)('PATCH', { body: { ...pick(username).body, email } })

async function addressOf(world: TestWorld, username: string) {
  return (await world.database.accounts.find(username))?.address
}

test.each(['matrix,yunohost', 'yunohost'])(
  'with the targets %s it becomes the recovery address by its own link, not by one that went to the first',
  async (targets) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: targets } })
    const key = await approved(world, { email: robin })
    await world.runWorkers()
    const earlier = await mailedKeys(world, robin)
    expect(earlier).toHaveLength(2)
    await confirm(world, await mailedKey(world, robin))
    expect((await pickWith(world, key, other)).body.email).toBe(other)
    for (const one of earlier) expect((await confirm(world, one)).status).toBe(200)
    await world.runWorkers()
    expect(await addressOf(world, 'robin')).toBeNull()
    const mails = (await world.mails()).filter(({ to }) => to.includes(other))
    expect(mails.map(({ subject }) => subject).sort()).toEqual([
      'Is this your mail address?',
      'Your account is ready',
    ])
    await confirm(world, await mailedKey(world, other))
    expect(await addressOf(world, 'robin')).toBe(other)
  },
)

test('the first one in another spelling is still confirmed, and is not asked again', async () => {
  const world = await newTestWorld()
  const key = await approved(world, { email: robin })
  await confirm(world, await mailedKey(world, robin))
  await pickWith(world, key, 'ROBIN@mail.example')
  await world.runWorkers()
  expect(await addressOf(world, 'robin')).toBe('ROBIN@mail.example')
  expect(JSON.stringify(await world.mails())).not.toContain('Is this your')
})

test('after a refused name the same one is not asked again', async () => {
  const world = await newTestWorld()
  const taken = { localpart: 'robin', password: 'x', displayName: 'R', isAdmin: false }
  ;(await matrixOf(world)).accounts.add(taken)
  const key = await approved(world, { email: robin })
  for (const username of ['robin', 'robina']) {
    expect((await pickWith(world, key, other, username)).status).toBe(200)
    await world.runWorkers()
  }
  expect(await mailedKeys(world, other)).toHaveLength(1)
})

test('one that another open registration has is taken alike, and the other one keeps it', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const holder = await submit(world, { email: other })
  await world.runWorkers()
  const key = await approved(world, { email: robin })
  const answer = await pickWith(world, key, other)
  expect([answer.status, answer.body.email]).toEqual([200, other])
  await world.runWorkers()
  await submit(world, { email: other })
  await world.runWorkers()
  expect((await mailedKey(world, other)).rid).toBe(holder.rid)
  // The first address is free for another registration.
  const next = await submit(world, { email: robin })
  await world.runWorkers()
  expect((await mailedKey(world, robin)).rid).toBe(next.rid)
})

test('one that was named three times in that hour is not mailed for it', async () => {
  const world = await newTestWorld()
  for (let round = 0; round < 3; round += 1) await submit(world, { email: other })
  await world.runWorkers()
  const key = await approved(world, { email: robin })
  await world.runWorkers()
  expect((await pickWith(world, key, other)).status).toBe(200)
  await world.runWorkers()
  expect(JSON.stringify(await world.mails())).not.toContain('Is this your')
})

test('one that takes the place of the first while that is being confirmed is not confirmed by it', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world, { email: robin })
  await world.runWorkers()
  const mailed = await mailedKey(world, robin)
  const { database } = world
  const picking: (typeof database.transaction)[] = [
    async (work) => {
      expect((await pickWith(world, key, other)).status).toBe(200)
      return database.transaction(work)
    },
  ]
  const transaction: typeof database.transaction = (work) =>
    (picking.pop() ?? database.transaction)(work)
  Object.assign(world.world.overrides, { database: { ...database, transaction } })
  expect((await confirm(world, mailed)).status).toBe(200)
  await world.runWorkers()
  expect(await addressOf(world, 'robin')).toBeNull()
})
