import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { forgetOnHost } from '../../lib/queue/run-host-task.ts'
import { HostError } from '../../lib/yunohost/gate.ts'
import { effectsOf } from '../support/host-tasks.ts'
import { askForAccount } from '../support/story.ts'
import { newTestWorld } from '../support/world.ts'

test('once a task has ended the host drops what its commands printed, and still knows that they ran', async () => {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'robin' })
  await world.runWorkers()
  const task = await world.database.tasks.find(body.task_id)
  expect(task?.history[0]?.output).not.toBe('')
  const folder = join((await world.host()).folder, 'gate-state', 'jobs', `${body.task_id}.1`)
  const result = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'))
  expect(result).toMatchObject({ output: '', exit: 0 })
  expect(await effectsOf(world, 'robin')).toContain('user_created')
})

test('a host that cannot be told to forget costs the ended task nothing', async () => {
  const world = await newTestWorld()
  const { body } = await askForAccount(world, { username: 'robin' })
  const task = await world.database.tasks.find(body.task_id)
  if (task === undefined) throw new Error('There is no task.')
  for (const error of [new HostError('lost', 'The line was cut'), new Error('Something else')]) {
    const ports = { host: { ask: () => Promise.reject(error) }, log: world.log }
    await forgetOnHost(ports, task)
  }
  const lines = world.log.lines.filter(({ event }) => event === 'host_did_not_forget')
  expect(lines.map(({ fields }) => fields.reason)).toEqual(['lost', 'unknown'])
})
