import { expect, test } from 'vitest'
import { askAgain } from '../support/again.ts'
import { newTestWorld } from '../support/world.ts'

test('health is answered through the gateway', async () => {
  const world = await newTestWorld()
  const answer = await world.call('GET', '/health')
  expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } })
})

test('an accepted account reaches the host, its owner and the staff', async () => {
  const world = await newTestWorld()
  const token = await world.as('service')
  const body = {
    username: 'juno.fern',
    display_name: 'Juno Fern',
    recovery_email: 'juno@elsewhere.example',
  }
  const accepted = await world.call('POST', '/create_user', { token, body })
  expect(accepted).toMatchObject({ status: 201, body: { task_url: expect.any(String) } })
  await world.runWorkers()
  const task = await world.call('GET', accepted.body.task_url, { token })
  expect(task).toMatchObject({ status: 200, body: { status: 'finished' } })
  expect(await world.hostUsers()).toMatchObject([{ username: 'juno.fern' }])
  expect(await world.mails()).toMatchObject([{ to: ['juno@elsewhere.example'] }])
  expect(world.chat()).toHaveLength(1)
})

test('a cut line to the database is answered with 503, and mending it heals', async () => {
  const world = await newTestWorld({ lines: ['database'] })
  const token = await world.as('service')
  await world.line('database').set({ kind: 'refuse' })
  const refused = await world.call('GET', '/tasks/aaaaaaaaaaaaaaaaaaaaaa', { token })
  await world.line('database').set({ kind: 'pass' })
  const answered = await askAgain(() =>
    world.call('GET', '/tasks/aaaaaaaaaaaaaaaaaaaaaa', { token }),
  )
  expect([refused.status, answered.status]).toEqual([503, 404])
})
