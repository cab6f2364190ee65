import { expect, test } from 'vitest'
import { askForAccount, linkIn, tokenIn } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

const goodPassword = 'Kastanie-7-Regenbogen'

test('somebody asks, the host creates the account, and the person sets a password', async () => {
  const world = await newTestWorld()
  const { call } = world

  const asked = await askForAccount(world, { username: 'robin', display_name: 'Robin Ash' })
  expect(asked.status).toBe(201)
  expect(asked.body).toEqual({
    message: expect.any(String),
    task_id: expect.stringMatching(/^[\w-]{22}$/),
    task_url: `/tasks/${asked.body.task_id}`,
  })
  const service = await world.as('service')
  const waiting = await call('GET', asked.body.task_url, { token: service })
  expect(waiting.body).toMatchObject({ action: 'user_create', status: 'pending', position: 0 })

  await world.runWorkers()

  const done = await call('GET', asked.body.task_url, { token: service })
  expect(done.body).toMatchObject({ status: 'finished', position: null, error: null })
  expect(await world.hostUsers()).toMatchObject([{ username: 'robin' }])
  const [welcome, ...others] = await world.mails()
  expect(others).toEqual([])
  expect(welcome?.to).toEqual(['robin@mail.example'])
  expect(JSON.stringify(world.chat())).toContain('<@&100000000000000001>')

  const link = linkIn(welcome)
  expect(link.startsWith('https://gatehouse.example/password_reset?token=')).toBe(true)
  const page = await call('GET', `/password_reset?token=${tokenIn(welcome)}`, {
    headers: { accept: 'text/html' },
  })
  expect(page.status).toBe(200)
  expect(page.text).toContain('robin')

  const form = { token: tokenIn(welcome), new_password: goodPassword }
  const set = await call('POST', '/password_reset', { form, headers: { accept: 'text/html' } })
  expect(set.status).toBe(200)
  expect(set.headers['content-type']).toContain('text/html')
  await world.runWorkers()

  const signedIn = await call('POST', '/login', {
    body: { username: 'robin', password: goodPassword },
  })
  expect(signedIn.status).toBe(200)
  expect(signedIn.body).toMatchObject({ role: 'member', expires_in: 900 })
  const mails = await world.mails()
  expect(mails).toHaveLength(2)
  expect(JSON.stringify(mails)).not.toContain(goodPassword)
})

test('a password that the host refuses after all brings a mail with a fresh link', async () => {
  const world = await newTestWorld()
  await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const [welcome] = await world.mails()
  await world.setHostFaults([{ fault: 'refuse_password', command: 'user update', times: 1 }])
  const body = { token: tokenIn(welcome), new_password: goodPassword }
  const set = await world.call('POST', '/password_reset', { body })
  expect(set.status).toBe(200)
  await world.runWorkers()
  const task = await world.call('GET', `/tasks/${set.body.task_id}`, { token: set.body.task_token })
  expect(task.body).toMatchObject({ status: 'failed', error: expect.stringMatching(/\w/) })
  const mails = await world.mails()
  expect(mails).toHaveLength(3)
  const fresh = mails.find((mail) => tokenIn(mail) !== '' && tokenIn(mail) !== tokenIn(welcome))
  expect(tokenIn(fresh)).not.toBe(tokenIn(welcome))
  const again = { token: tokenIn(fresh), new_password: goodPassword }
  expect((await world.call('POST', '/password_reset', { body: again })).status).toBe(200)
  await world.runWorkers()
  expect(JSON.stringify(world.chat())).toContain('The host refused a password')
})

test('an account that the host refuses is failed, staff are told, and the name is free again', async () => {
  const world = await newTestWorld()
  await world.setHostFaults([
    {
      fault: 'refuse_text',
      command: 'user create',
      value: "Invalid argument 'fullname'",
      times: 1,
    },
  ])
  const asked = await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const task = await world.call('GET', asked.body.task_url, { token: await world.as('service') })
  expect(task.body.status).toBe('failed')
  expect(await world.mails()).toEqual([])
  expect(JSON.stringify(world.chat())).toContain('An account could not be created')
  expect((await askForAccount(world, { username: 'robin' })).status).toBe(201)
  await world.runWorkers()
  expect(await world.hostUsers()).toHaveLength(1)
})
