import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { toFacts, warnings } from '../../infra/host/keep-facts.ts'
import { judgePassword } from '../../lib/passwords/rules.ts'
import { newTestWorld } from '../support/world.ts'

const takenAt = new Date('2030-01-01T00:00:00Z')
const hardest = { length: 12, digits: 1, lowers: 1, uppers: 1, others: 1 }
const text = 'password1\nOnly-on-th1s-host\nshort\n'
const seen = {
  version: '12.1.25',
  level: 4,
  strength: hardest,
  list: {
    sha256: createHash('sha256').update(text).digest('hex'),
    gzip: gzipSync(text).toString('base64'),
  },
  hooks: [],
  portal: {},
  fingerprints: [],
}

async function judge(password: string, strength = hardest) {
  const host = await toFacts({ ...seen, strength }, takenAt)
  const commonPasswords = { contains: async () => false }
  return judgePassword(password, { commonPasswords, personal: [], host })
}

test.each([
  ['Kastanie-7-Regenbogen', undefined],
  ['Kastanie-7', 'password_too_weak'],
  ['KASTANIE-7-REGENBOGEN', 'password_too_weak'],
  ['Only-on-th1s-host', 'password_common'],
  ['Only-on-th1s', 'password_common'],
])('%s on a host of the highest level: %s', async (password, answer) => {
  expect(await judge(password)).toBe(answer)
})

test('every kind of character is counted as the host counts it', async () => {
  const none = { length: 0, digits: 0, lowers: 0, uppers: 0, others: 0 }
  const password = 'Kä7-ABCDE'
  for (const [kind, enough] of Object.entries({ digits: 1, lowers: 0, uppers: 6, others: 2 })) {
    expect(await judge(password, { ...none, [kind]: enough }), kind).toBeUndefined()
    expect(await judge(password, { ...none, [kind]: enough + 1 }), kind).toBe('password_too_weak')
  }
})

test("of the host's list only what our own lacks is kept", async () => {
  expect(await toFacts(seen, takenAt)).toEqual({
    takenAt,
    version: '12.1.25',
    level: 4,
    strength: hardest,
    listDigest: seen.list.sha256,
    listedBesides: 'Only-on-th1s-host',
  })
  const bare = await toFacts({ ...seen, list: null }, takenAt)
  expect(bare).toMatchObject({ listDigest: null, listedBesides: '' })
})

test('the facts of a host are kept once, the last ones', async () => {
  const { database } = await newTestWorld()
  expect(await database.hostFacts.find()).toBeUndefined()
  const facts = await toFacts(seen, takenAt)
  await database.hostFacts.replace({ ...facts, level: 1 })
  await database.hostFacts.replace(facts)
  expect(await database.hostFacts.find()).toEqual(facts)
})

test('an operator hears of hooks that get passwords, and of what the portal has no switch for', () => {
  const hooks = [
    { path: '/h/50-tell', traced: true, reads: true },
    { path: '/h/50-count', traced: true, reads: false },
    { path: '/h/50-own.py', traced: false, reads: true },
  ]
  expect(warnings({ ...seen, hooks })).toEqual([
    expect.stringMatching(/^\/h\/50-tell reads .* Take it away\.$/),
    expect.stringMatching(/^\/h\/50-count gets .*goes into the logs\.$/),
    expect.stringMatching(/^\/h\/50-own\.py gets .*environment\.$/),
    expect.stringContaining('password, aliases and forwards'),
  ])
})
