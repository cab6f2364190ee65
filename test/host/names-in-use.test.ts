import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test.each(['home', 'mail'])(
  'a %s folder of an earlier holder keeps the name and is left alone',
  async (kind) => {
    const world = await newTestWorld()
    const folder = join((await world.host()).folder, kind, 'oldie')
    await mkdir(folder)
    await writeFile(join(folder, 'letter'), 'private')
    const { body } = await askForAccount(world, { username: 'oldie' })
    await world.setHostFaults([{ fault: 'lost_update', command: 'user create', times: 1 }])
    await world.runWorkers()
    expect(await world.database.tasks.find(body.task_id)).toMatchObject({ status: 'failed' })
    expect(await readdir(folder)).toEqual(['letter'])
    expect(await world.mails()).toEqual([])
    expect((await askForAccount(world, { username: 'oldie' })).status).toBe(432)
  },
)

test('an account that appears before the first command began belongs to somebody else', async () => {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'ghostly' })
  await world.host()
  const held = await world.database.tasks.claim('host', 'a worker that is killed', 1)
  await world.database.tasks.recordIntent(
    { id: body.task_id, fence: held?.fence ?? 0 },
    { intent: 'absent', step: 1 },
  )
  const { host } = await openPorts({ host: sshHost }, newWorld(world.installation.environment))
  const args = { username: 'ghostly', display_name: 'Robin Ash', domain: 'lantern.example' }
  const about = { task: 'F'.repeat(22), step: 1, fence: 1, wait: 20 }
  await host.ask({ op: 'run', verb: 'user_create', args, ...about })
  await world.skipWaits()
  await world.runWorkers()
  expect(await world.database.tasks.find(body.task_id)).toMatchObject({ status: 'failed' })
  expect(await world.mails()).toEqual([])
})
