import { expect, test } from 'vitest'
import {
  changeOperatorAccount,
  createOperatorAccount,
  findChangeable,
  type OperatorChange,
} from '../../lib/accounts/operator-account.ts'
import { knownClientKey, signInKey } from '../../lib/sessions/sign-in-key.ts'
import { userPassword } from '../../lib/tasks/user-password.ts'
import { readHost } from '../checker/host-records.ts'
import { isProofOf } from '../checker/host-truth.ts'
import { approved, atDesk, callWith, mailedKey, pick } from '../registrations/people.ts'
import { controlOf } from '../support/control.ts'
import { usualPassword } from '../support/people.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { accept, makeTask } from '../support/workers.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const wish = {
  username: 'ada',
  displayName: 'Ada',
  role: 'admin',
  password: usualPassword,
  address: 'ada@mail.example',
  language: 'de',
} as const
const other = 'Kastanie-7-Regenbogen'

const login = ({ call }: TestWorld, password: string) =>
  call('POST', '/login', { body: { username: 'ada', password } })

/** What an operator does who looks at the account and agrees. */
async function change(world: TestWorld, wanted: OperatorChange) {
  const toHost = await controlOf(world)
  const shown = await findChangeable(world.database, 'ada')
  await changeOperatorAccount({ ...world, toHost }, shown, wanted)
}

/** The account `ada`, made for a registration with an address that nobody has confirmed; gives the registration's key. */
async function madeForRegistration(world: TestWorld) {
  const key = await approved(world, { email: 'mallory@mail.example' })
  const picked = await callWith(world, key)('PATCH', pick('ada'))
  await world.runWorkers()
  return { key, password: String(picked.body.password) }
}

async function failFive({ database, clock }: TestWorld, key: string) {
  for (let guess = 0; guess < 5; guess += 1) await database.counters.tryOnce(key, clock.now())
}

test('an operator makes the first admin, who can sign in at once and of whom the host hears nothing', async () => {
  const world = await newTestWorld()
  await failFive(world, signInKey('ada'))
  await createOperatorAccount(world, wish)
  expect((await login(world, usualPassword)).body).toMatchObject({ role: 'admin' })
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

test('a name that somebody asked for by a site does not become an admin, whatever its asker is mailed', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'ada', recovery_email: 'mallory@mail.example' })
  const refused = { code: 'username_taken' }
  await expect(createOperatorAccount(world, wish)).rejects.toMatchObject(refused)
  await expect(change(world, { role: 'admin' })).rejects.toMatchObject({
    details: { text: 'Only an active account can be changed, and this one is provisioning.' },
  })
  await world.runWorkers()
  await expect(createOperatorAccount(world, wish)).rejects.toMatchObject(refused)
  const [mail] = await world.mails()
  const body = { token: tokenIn(mail), new_password: other }
  expect((await world.call('POST', '/password_reset', { body })).status).toBe(200)
  expect((await login(world, other)).body).toMatchObject({ role: 'member' })
  expect((await login(world, usualPassword)).status).toBe(401)
})

test('a name that a registration has picked does not become an admin', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const key = await approved(world, { email: 'mallory@mail.example' })
  const picked = await callWith(world, key)('PATCH', pick('ada'))
  await expect(createOperatorAccount(world, wish)).rejects.toMatchObject({ code: 'username_taken' })
  await expect(change(world, { role: 'admin' })).rejects.toMatchObject({ code: 'invalid_input' })
  await world.runWorkers()
  expect((await login(world, picked.body.password)).body).toMatchObject({ role: 'member' })
})

test('of two operators who make the same account at once one is refused', async () => {
  const world = await newTestWorld()
  const made = await Promise.allSettled([
    createOperatorAccount(world, wish),
    createOperatorAccount(world, { ...wish, address: null, password: other }),
  ])
  const refused = made.filter(({ status }) => status === 'rejected')
  expect(refused).toMatchObject([{ reason: { code: 'username_taken' } }])
  expect(await world.db.collection('accounts').countDocuments()).toBe(1)
})

test('a change gives another password, role and address, and ends what was open', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'ada', role: 'member' })
  const token = await world.tokenOf('ada')
  await world.call('POST', '/request_password_reset', { body: { username: 'ada' } })
  await world.wake('post')
  const home = '203.0.113.77'
  const atHome = { body: { username: 'ada', password: usualPassword }, from: home }
  expect((await world.call('POST', '/login', atHome)).status).toBe(200)
  for (const key of [signInKey('ada'), knownClientKey('ada', home)]) await failFive(world, key)
  await change(world, { role: 'admin', address: 'ada@mail.example', password: other })
  for (const from of [home, '203.0.113.78']) {
    const asAdmin = { body: { username: 'ada', password: other }, from }
    expect((await world.call('POST', '/login', asAdmin)).body).toMatchObject({ role: 'admin' })
  }
  expect(await world.database.accounts.find('ada')).toMatchObject({ address: 'ada@mail.example' })
  const body = { token: tokenIn((await world.mails())[0]), new_password: 'Anders-8-Wiederholt' }
  expect((await world.call('POST', '/password_reset', { body })).body.code).toBe(900)
  const asked = { body: { username: 'bo', display_name: 'Bo', recovery_email: 'bo@mail.example' } }
  expect((await world.call('POST', '/create_user', { ...asked, token })).status).toBe(401)
})

test('a change of the role alone leaves password and address', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'ada', role: 'member' })
  await change(world, { role: 'staff' })
  expect((await login(world, usualPassword)).body).toMatchObject({ role: 'staff' })
  const { address } = (await world.database.accounts.find('ada')) ?? {}
  expect(address).toBe('ada@elsewhere.example')
})

test('after a change by an operator a registration makes no password for the account', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const { key } = await madeForRegistration(world)
  await change(world, { role: 'admin', password: other })
  const renewed = await atDesk(world, key)({ action: 'new_password' })
  expect([renewed.status, renewed.body.password]).toEqual([422, undefined])
  expect((await login(world, other)).body).toMatchObject({ role: 'admin' })
})

test.each([
  ['another address', { address: 'ada@mail.example' }, 'ada@mail.example'],
  ['another password alone', { password: other }, null],
  ['another role alone', { role: 'staff' }, null],
] as const)(
  'after an operator gave %s a mailed link of the registration sets no address',
  async (_, wanted, address) => {
    const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
    await madeForRegistration(world)
    await change(world, wanted)
    const mailed = atDesk(world, await mailedKey(world, 'mallory@mail.example'))
    expect((await mailed({ action: 'confirm' })).status).toBe(200)
    expect(await world.database.accounts.find('ada')).toMatchObject({ address })
  },
)

test('a password by an operator gets to the host, and after one that is under way', async () => {
  const world = await newTestWorld({ settings: { REGISTRATION_TARGETS: 'yunohost' } })
  const { password } = await madeForRegistration(world)
  const isOnHost = async (wanted: string) => {
    const proofs = (await readHost(await world.host())).effects.flatMap((one) => one.password ?? [])
    return isProofOf(proofs.at(-1), wanted)
  }
  expect(await isOnHost(password)).toBe(true)
  const task = { input: { username: 'ada' }, secrets: { password: 'Fremd-9-Regenbogen' } }
  await accept(world.database, await makeTask(world.world, userPassword, task))
  await change(world, { password: other })
  await world.sweep()
  await world.runWorkers()
  expect(await isOnHost(other)).toBe(true)
  expect(await world.db.collection('tasks_queue').countDocuments()).toBe(0)
})

test('a password for somebody on the host is refused where there is no way to the host', async () => {
  const world = await newTestWorld()
  const before = await world.addAccount({ username: 'ada' })
  const changing = changeOperatorAccount(world, before, { password: other })
  await expect(changing).rejects.toMatchObject({ code: 'unavailable' })
  expect(await world.database.accounts.find('ada')).toEqual(before)
})

test.each(['approved', 'provisioning', 'failed', 'suspended', 'leaving', 'gone'] as const)(
  'an account that is %s is refused, and stays as it is',
  async (state) => {
    const world = await newTestWorld()
    const before = await world.addAccount({ username: 'ada', state })
    await expect(change(world, { role: 'admin' })).rejects.toMatchObject({
      details: { text: `Only an active account can be changed, and this one is ${state}.` },
    })
    const asIfActive = { ...before, state: 'active' } as const
    const changing = changeOperatorAccount(world, asIfActive, { role: 'admin' })
    await expect(changing).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await world.database.accounts.find('ada')).toEqual(before)
  },
)

test('an account that became another one since it was shown is refused, and stays as it is', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'ada' })
  const shown = await findChangeable(world.database, 'ada')
  await world.database.accounts.update('ada', { address: 'mallory@mail.example' })
  await expect(changeOperatorAccount(world, shown, { role: 'admin' })).rejects.toMatchObject({
    details: { text: 'The account has changed since it was shown. Start again.' },
  })
  expect(await world.database.accounts.find('ada')).toMatchObject({ role: 'member' })
  await expect(findChangeable(world.database, 'nobody')).rejects.toMatchObject({
    code: 'unknown_user',
  })
})

test('an address of somebody else is refused and changes nothing', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'alex', address: 'ALEX@mail.example' })
  const taken = { address: 'alex@mail.example' }
  const refused = { code: 'address_taken' }
  await expect(createOperatorAccount(world, { ...wish, ...taken })).rejects.toMatchObject(refused)
  expect(await world.database.accounts.find('ada')).toBeUndefined()
  const before = await world.addAccount({ username: 'ada' })
  await expect(change(world, taken)).rejects.toMatchObject(refused)
  expect(await world.database.accounts.find('ada')).toEqual(before)
})
