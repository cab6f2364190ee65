import { expect, test } from 'vitest'
import { effectsOf, timesBegun } from '../support/host-tasks.ts'
import { type Ending, useCarelessSsh } from './careless-ssh.ts'
import {
  ask,
  expectDoneOnce,
  newRunningWorld,
  triesOf,
  untilDrained,
  untilLogged,
} from './running.ts'

const endings: ReadonlyArray<readonly [string, Ending]> = [
  [
    'no exit status',
    (channel, printed) => {
      channel.end(printed)
    },
  ],
  [
    'a signal',
    (channel, printed) => {
      channel.write(printed)
      channel.exit('KILL')
      channel.end()
    },
  ],
  [
    'exit status 0 and no answer',
    (channel) => {
      channel.exit(0)
      channel.end()
    },
  ],
]

test.each(endings)(
  'a command that ended with %s is no success: the host is asked first what became of it (FI-06)',
  async (_, ending) => {
    const world = await newRunningWorld()
    const server = await useCarelessSsh(world)
    server.careless(ending, { inRequest: '"op":"run"', times: 1 })
    const robin = await ask(world, 'robin')
    await untilDrained(world)
    expect(server.ended()).toBe(1)
    expect(triesOf(world, robin)).toEqual(['task_later', 'task_finished'])
    expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 1, step: 1 })
    expect(await timesBegun(world, 'user', 'create')).toBe(1)
    await expectDoneOnce(world, { robin })
  },
  60_000,
)

test.each(endings)(
  'a host whose every answer ends with %s is a host that is away: nothing begins, nothing counts (FI-06)',
  async (_, ending) => {
    const world = await newRunningWorld()
    const server = await useCarelessSsh(world)
    server.careless(ending, { inRequest: '', times: Infinity })
    const robin = await ask(world, 'robin')
    await untilLogged(world, 'task_unreachable', { times: 2 })
    expect(await effectsOf(world, 'robin')).toEqual([])
    server.careless(ending, { inRequest: '', times: 0 })
    await untilDrained(world)
    expect(await world.database.tasks.find(robin)).toMatchObject({ attempts: 0 })
    await expectDoneOnce(world, { robin })
  },
  60_000,
)
