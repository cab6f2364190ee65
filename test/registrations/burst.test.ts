/** A thousand registrations from two hundred clients in a minute (FI-20), and what an attacker's clock can tell. */
import { expect, test } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import { median } from '../bench/measure.ts'
import { basic } from '../support/registration-key.ts'
import { newTestWorld } from '../support/world.ts'
import { callWith, submit } from './people.ts'

const clients = 200
const each = 5

test('of 1,000 registrations from 200 clients 600 are taken, and the rest leave no trace (FI-20)', async () => {
  const world = await newTestWorld({ settings: { MANAGERS: managers[0] } })
  let taken = 0
  const refused: number[] = []
  const milliseconds: number[] = []
  const asks = Array.from({ length: clients * each }, (_, at) => `10.7.${at % clients}.1`)
  const ask = async (from: string) => {
    const began = performance.now()
    const body = { message: 'Let me in' }
    const answer = await world.call('POST', '/registrations/', { from, body })
    milliseconds.push(performance.now() - began)
    if (answer.status === 201) taken += 1
    else refused.push(answer.status)
    if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  }
  const line = async () => {
    for (let from = asks.pop(); from !== undefined; from = asks.pop()) await ask(from)
  }
  await Promise.all(Array.from({ length: 20 }, line))
  expect(taken).toBe(600)
  expect(refused).toEqual(Array(400).fill(429))
  expect(await world.db.collection('registrations').countDocuments()).toBe(600)
  const announced = { action: 'announce_registration' }
  expect(await world.db.collection('tasks_queue').countDocuments(announced)).toBe(600)
  world.clock.advance(60_000)
  const later = await submit(world)
  const token = await world.as('staff')
  const seen = await world.call('GET', `/registrations/${later.rid}`, { token })
  // Counted no further.
  expect(seen.body.position).toBe(100)
}, 180_000)

test('an unknown rid, a wrong token and a token of another registration take the same time (T08)', async () => {
  const world = await newTestWorld()
  const [one, other] = [await submit(world), await submit(world)]
  const credentials = {
    unknown: () => ({ rid: 'x'.repeat(22), token: one.token }),
    wrong: () => ({ rid: one.rid, token: 'y'.repeat(43) }),
    foreign: () => ({ rid: one.rid, token: other.token }),
  }
  const times: Record<string, number[]> = { unknown: [], wrong: [], foreign: [] }
  for (let round = 0; round < 60; round += 1) {
    // Another quarter of an hour, so that nobody is turned away for trying.
    if (round % 3 === 0) world.clock.advance(900_000)
    for (const [name, make] of Object.entries(credentials)) {
      const began = performance.now()
      await world.call('GET', `/registrations/${one.rid}`, { headers: basic(make()) })
      if (round >= 10) times[name]?.push(performance.now() - began)
    }
  }
  const medians = Object.values(times).map(median)
  expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.6)
  expect((await callWith(world, one)('GET')).status).toBe(200)
}, 60_000)

test('asking for an address that has one open takes the time of any other (T08)', async () => {
  const world = await newTestWorld()
  await submit(world, { email: 'known@mail.example' })
  const times: Record<'known' | 'fresh', number[]> = { known: [], fresh: [] }
  for (let round = 0; round < 50; round += 1) {
    const addresses = { known: 'known@mail.example', fresh: `fresh${round}@mail.example` }
    for (const kind of ['known', 'fresh'] as const) {
      const began = performance.now()
      await submit(world, { email: addresses[kind] })
      if (round >= 10) times[kind].push(performance.now() - began)
    }
  }
  const [known, fresh] = [median(times.known), median(times.fresh)]
  expect(Math.max(known, fresh) / Math.min(known, fresh)).toBeLessThan(1.6)
}, 60_000)
