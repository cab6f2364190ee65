import { expect, test } from 'vitest'
import { handler as login } from '../../functions/community/login.ts'
import { newInvocation } from '../../infra/local/invocation.ts'
import { newWorld } from '../../lib/adapters/world.ts'
import type { Database } from '../../lib/ports.ts'
import { newEvent } from '../support/event.ts'
import { usualPassword } from '../support/people.ts'
import { askForAccount, tokenIn } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test('a sign-in with the old password during a change leaves no session behind', async () => {
  // Sign-ins and the change overlap because hashing takes its time.
  const world = await newTestWorld({ hasRealHashes: true })
  const old = 'Kastanie-7-Regenbogen'
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const welcome = { token: tokenIn((await world.mails())[0]), new_password: old }
  await world.call('POST', '/password_reset', { body: welcome })
  await world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  await world.runWorkers()
  const mails = await world.mails()
  const link = { token: tokenIn(mails.at(-1)), new_password: 'Morgenstern-9-Ahorn' }
  const changing = world.call('POST', '/password_reset', { body: link })
  const signIns = [0, 1, 2, 3].map((client) =>
    world.call('POST', '/login', {
      body: { username: 'robin', password: old },
      from: `192.0.2.${100 + client}`,
    }),
  )
  expect((await changing).status).toBe(200)
  for (const { status, body } of await Promise.all(signIns)) {
    if (status !== 200) continue
    const use = await world.call('GET', `/tasks/${'A'.repeat(22)}`, { token: body.access_token })
    expect(use.status).toBe(401)
  }
})

test('of two reset links that are asked for at once only one works', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const ask = () => world.call('POST', '/request_password_reset', { body: { username: 'robin' } })
  expect((await Promise.all([ask(), ask()])).map(({ status }) => status)).toEqual([200, 200])
  await world.runWorkers()
  const answers = []
  for (const mail of await world.mails()) {
    answers.push(await world.call('GET', `/reset_password?token=${tokenIn(mail)}`))
  }
  expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400])
})

test('who signed in from here before is not locked out by the guesses of strangers', async () => {
  const world = await newTestWorld()
  const body = { username: 'robin', password: 'Kastanie-7-Regenbogen' }
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const welcome = { token: tokenIn((await world.mails())[0]), new_password: body.password }
  await world.call('POST', '/password_reset', { body: welcome })
  const home = '192.0.2.200'
  expect((await world.call('POST', '/login', { body, from: home })).status).toBe(200)
  for (let guess = 0; guess < 5; guess += 1) {
    const wrong = { ...body, password: `wrong ${guess}` }
    await world.call('POST', '/login', { body: wrong, from: '192.0.2.66' })
  }
  expect((await world.call('POST', '/login', { body, from: '192.0.2.67' })).status).toBe(429)
  expect((await world.call('POST', '/login', { body, from: home })).status).toBe(200)
})

test.each([
  ['password', { passwordHash: 'another' }],
  ['role', { role: 'staff' }],
] as const)('a sign-in whose %s was changed while it was checked is refused', async (_, change) => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const { database } = world
  const transaction: Database['transaction'] = (work) =>
    database.transaction(async (records) => {
      // Somebody else's change comes in between.
      await records.accounts.update('robin', change)
      return work(records)
    })
  const { environment } = world.installation
  const overrides = { ...world.world.overrides, database: { ...database, transaction } }
  const body = JSON.stringify({ username: 'robin', password: usualPassword })
  const event = newEvent({ method: 'POST', path: '/login', body })
  const answer = await login.run(event, newInvocation(28), newWorld(environment, overrides))
  expect(answer).toMatchObject({ statusCode: 401 })
  expect(await world.db.collection('sessions').countDocuments()).toBe(0)
})
