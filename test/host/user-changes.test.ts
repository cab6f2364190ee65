import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { userDelete } from '../../lib/tasks/user-delete.ts'
import { userPassword } from '../../lib/tasks/user-password.ts'
import { userUpdate } from '../../lib/tasks/user-update.ts'
import {
  addForeigner,
  byHand,
  effectsOf,
  later,
  queueTask,
  stepsOf,
  timesBegun,
  untilBegun,
} from '../support/host-tasks.ts'
import { tokenIn } from '../support/story.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const password = 'Kastanie-7 \'x" \\ $HOME ü'

async function newPerson(username: string): Promise<TestWorld> {
  const world = await newTestWorld()
  await world.addAccount({ username })
  await addForeigner(world, username)
  return world
}

async function passwords(world: TestWorld): Promise<number> {
  const effects = await effectsOf(world, 'robin')
  return effects.filter((effect) => effect === 'user_updated').length
}

test('a password reaches the host exactly, on standard input only, and is erased here', async () => {
  const world = await newPerson('robin')
  const id = await queueTask(world, userPassword, { username: 'robin' }, { password })
  await world.runWorkers()
  const task = await world.database.tasks.find(id)
  expect(task).toMatchObject({ status: 'finished', attempts: 0 })
  expect(task?.sealed).toEqual({})
  expect(await passwords(world)).toBe(1)
  // The gate signs in with it to see that it works; the same one again is nothing to be afraid of.
  await queueTask(world, userPassword, { username: 'robin' }, { password })
  await world.runWorkers()
  expect(await world.hostUsers()).toMatchObject([{ shell: '/bin/bash', fullName: 'Foreign robin' }])
})

test('a password change that was killed, changed nothing, or crashed at its end is brought to its end', async () => {
  const world = await newPerson('robin')
  const faults = [
    { fault: 'crash_after', value: 'start' },
    { fault: 'crash_after', value: 'ldap' },
    { fault: 'no_effect' },
    { fault: 'traceback_at_release' },
    { fault: 'exit', value: 1 },
  ]
  for (const fault of faults) {
    await world.setHostFaults([{ ...fault, command: 'user update', times: 1 }])
    const id = await queueTask(
      world,
      userPassword,
      { username: 'robin' },
      { password: `${password}${JSON.stringify(fault)}`.slice(0, 40) },
    )
    await world.runWorkers()
    await later(world)
    expect(await world.database.tasks.find(id), JSON.stringify(fault)).toMatchObject({
      status: 'finished',
    })
  }
  expect(world.chat()).toEqual([])
}, 60_000)

test('a password for an account that the host lost is failed, and a fresh link is mailed', async () => {
  const world = await newPerson('robin')
  await byHand(world, 'user', 'delete', 'robin')
  const id = await queueTask(world, userPassword, { username: 'robin' }, { password })
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({
    status: 'failed',
    error: 'The host has no account with this username.',
  })
  expect((await world.database.tasks.find(id))?.sealed).toEqual({})
  const [mail, ...more] = await world.mails()
  expect(more).toEqual([])
  expect(tokenIn(mail)).not.toBe('')
  expect(world.chat()).toHaveLength(1)
})

test('an account without an address whose password is refused is only told of to staff', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', address: null })
  await addForeigner(world, 'robin')
  await world.setHostFaults([{ fault: 'refuse_password', command: 'user update' }])
  await queueTask(world, userPassword, { username: 'robin' }, { password })
  await world.runWorkers()
  expect(await world.mails()).toEqual([])
  expect(world.chat()).toHaveLength(1)
})

test('a display name is changed once, and with several spaces it is as good as with one', async () => {
  const world = await newPerson('robin')
  for (const name of ["Zoë O'Neil, jr.", 'Ann  Lee', 'Ann Lee']) {
    const id = await queueTask(world, userUpdate, { username: 'robin', display_name: name })
    await world.runWorkers()
    expect(await world.database.tasks.find(id), name).toMatchObject({
      status: 'finished',
      attempts: 0,
    })
  }
  expect(await timesBegun(world, 'user', 'update')).toBe(2)
  expect(await world.hostUsers()).toMatchObject([{ fullName: 'Ann Lee' }])
})

test('a display name of an account that is not there cannot be changed', async () => {
  const world = await newTestWorld()
  const id = await queueTask(world, userUpdate, { username: 'robin', display_name: 'Robin' })
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'failed' })
  expect(await stepsOf(world, id)).toEqual([])
})

test('a deletion that was killed is brought to its end, home and mailbox included', async () => {
  const world = await newTestWorld()
  for (const point of ['start', 'all_users', 'primary_group', 'ldap', 'purge']) {
    await world.setHostFaults([])
    await addForeigner(world, 'robin')
    await world.setHostFaults([
      { fault: 'crash_after', command: 'user delete', value: point, times: 1 },
    ])
    const id = await queueTask(world, userDelete, { username: 'robin', purge: true })
    await world.runWorkers()
    await later(world)
    expect(await world.database.tasks.find(id), point).toMatchObject({ status: 'finished' })
    expect(await world.hostUsers()).toEqual([])
    expect(existsSync(join((await world.host()).folder, 'home', 'robin'))).toBe(false)
  }
}, 60_000)

test('a deletion without purge keeps the home, and what is gone already is done', async () => {
  const world = await newTestWorld()
  await addForeigner(world, 'robin')
  const first = await queueTask(world, userDelete, { username: 'robin', purge: false })
  const second = await queueTask(world, userDelete, { username: 'robin', purge: false })
  await world.runWorkers()
  expect(await world.database.tasks.find(first)).toMatchObject({ status: 'finished' })
  expect(await world.database.tasks.find(second)).toMatchObject({ status: 'finished' })
  expect(await timesBegun(world, 'user', 'delete')).toBe(1)
  expect(existsSync(join((await world.host()).folder, 'home', 'robin'))).toBe(true)
})

test('an account that somebody deletes at the same moment is deleted', async () => {
  const world = await newTestWorld()
  await addForeigner(world, 'robin')
  await world.setHostFaults([{ fault: 'delay', command: 'tools versions', value: 1.5, times: 1 }])
  const id = await queueTask(world, userDelete, { username: 'robin', purge: false })
  const commandBegins = untilBegun(world, 'tools', 'versions')
  const running = world.runWorkers()
  await commandBegins
  await byHand(world, 'user', 'delete', 'robin')
  await running
  const task = await world.database.tasks.find(id)
  expect(task?.history.map(({ outcome }) => outcome)).toEqual(['user_unknown'])
  expect(task).toMatchObject({ status: 'finished', error: null })
})

test('an administrator of the host is out of reach: the task waits for staff', async () => {
  const world = await newPerson('robin')
  const { folder } = await world.host()
  const path = join(folder, 'host', 'state.json')
  const state = JSON.parse(await readFile(path, 'utf8'))
  state.groups.admins.members.push('robin')
  await writeFile(path, JSON.stringify(state))
  const id = await queueTask(world, userDelete, { username: 'robin', purge: true })
  await world.runWorkers()
  expect(await world.database.tasks.find(id)).toMatchObject({ status: 'parked' })
  expect(await world.hostUsers()).toHaveLength(1)
  expect(world.chat()).toHaveLength(1)
})
