import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { newTestWorld } from '../support/world.ts'
import { startSampler } from './sampler.ts'

test('a machine that stands still longer than half a lease has its stall written down', async () => {
  const { db } = await newTestWorld()
  const sampler = startSampler(db)
  await sleep(100)
  const beganMs = Date.now()
  while (Date.now() < beganMs + 700);
  const endedMs = Date.now()
  await sampler.stop()
  const around = sampler.stalls.filter((one) => one.beganMs <= beganMs && one.endedMs >= endedMs)
  expect(around).toHaveLength(1)
})
