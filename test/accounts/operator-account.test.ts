import { expect, test } from 'vitest'
import { putAccount } from '../../lib/accounts/operator-account.ts'
import { usualPassword } from '../support/people.ts'
import { newTestWorld } from '../support/world.ts'

const wish = {
  username: 'ada',
  displayName: 'Ada',
  role: 'admin',
  password: usualPassword,
  address: 'ada@mail.example',
  language: 'de',
} as const

test('an operator makes the first admin, who can sign in at once and of whom the host hears nothing', async () => {
  const world = await newTestWorld()
  expect(await putAccount(world, wish)).toBe('created')
  const body = { username: 'ada', password: usualPassword }
  expect((await world.call('POST', '/login', { body })).body).toMatchObject({ role: 'admin' })
  expect(await world.database.accounts.find('ada')).toMatchObject({
    createdBy: 'console',
    usedOnHost: false,
    language: 'de',
  })
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
  expect(JSON.stringify(await world.db.collection('accounts').find().toArray())).not.toContain(
    usualPassword,
  )
})

test('once more changes password, role and address, and ends what was open', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'ada', role: 'member', state: 'suspended' })
  const token = await world.tokenOf('ada')
  expect(await putAccount(world, { ...wish, password: 'Kastanie-7-Regenbogen' })).toBe('changed')
  const body = { username: 'ada', password: 'Kastanie-7-Regenbogen' }
  expect((await world.call('POST', '/login', { body })).body).toMatchObject({ role: 'admin' })
  expect(await world.database.accounts.find('ada')).toMatchObject({
    state: 'active',
    address: 'ada@mail.example',
  })
  expect(
    (
      await world.call('POST', '/create_user', {
        body: { username: 'bo', display_name: 'Bo', recovery_email: 'bo@mail.example' },
        token,
      })
    ).status,
  ).toBe(401)
})

test('an address of somebody else is refused and changes nothing', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'alex', address: 'ADA@mail.example' })
  await expect(putAccount(world, wish)).rejects.toMatchObject({ code: 'address_taken' })
  expect(await world.database.accounts.find('ada')).toBeUndefined()
})
