import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type HostNames,
  isDisplayNameOfHost,
  isUsernameOfHost,
  toHostNames,
} from '../../lib/accounts/host-names.ts'
import { isReservedName } from '../../lib/accounts/reserved-names.ts'
import type { NamesSeen } from '../../lib/yunohost/gate.ts'

const takenAt = new Date('2030-01-01T00:00:00Z')

const seen: NamesSeen = {
  reserved: ['choir', 'songbook', 'songbook.main', 'debian-choir', '_apt'],
  apps: ['songbook', 'my_webapp__2', 'wiki'],
  people: [
    { username: 'fiona', full_names: ['dalida'], aliases: ['songs'] },
    { username: 'robin', full_names: ['ash'], aliases: ['letters'] },
    { username: 'mika', full_names: ['elvis'], aliases: [] },
  ],
}
// Mika was renamed behind our back; Robin is called as we know.
const known = new Map([
  ['robin', 'ash'],
  ['mika', 'mika ash'],
])

const names = toHostNames(seen, known, takenAt)

describe('a username is the host’s', () => {
  test.each([
    ...['choir', 'songbook', 'songbook.main', 'debian_choir', 'apt', 'wiki', 'my_webapp'],
    ...['ch0ir', 'cho.ir', 'cholr', 'songb00k', 'wiki2', 'wiki_ann', 'wiki.admin', 'songbook_ynh'],
    ...['fiona', 'dalida', 'songs', 'letters', 'elvis'],
  ])('when it is %j', (name) => {
    expect(isUsernameOfHost(names, name)).toBe(true)
  })

  test.each(['robin', 'ash', 'mika', 'wikinger', 'fi0na', 'fiona2', 'choirs', 'song'])(
    'and not when it is %j',
    (name) => {
      expect(isUsernameOfHost(names, name)).toBe(false)
    },
  )
})

describe('a display name is the host’s', () => {
  test.each(['Choir', 'CHOIR', 'Сhoir', 'Debian-Choir', 'Songbook', 'Wiki', 'Fiona', 'fiona'])(
    'when it is %j',
    (name) => {
      expect(isDisplayNameOfHost(names, name, 'robin')).toBe(true)
    },
  )

  test.each(['Robin', 'Ash', 'Dalida', 'Songs', 'Fiona Ash', 'Wiki Ann', 'Choir of Men'])(
    'and not when it is %j',
    (name) => {
      expect(isDisplayNameOfHost(names, name, 'robin')).toBe(false)
    },
  )

  test('and not when it is one’s own username', () => {
    expect(isDisplayNameOfHost(names, 'Choir', 'choir')).toBe(false)
    expect(isDisplayNameOfHost(names, 'Fiona', 'fiona')).toBe(false)
  })
})

const hostile = [
  ...['', ' ', '.', '..', '___', '\u0301', '😀', '\u0000', '\ud800', '\n', '*', '(', '[', '\\'],
  ...['__proto__', 'constructor', 'toString', '$ne', '$where', "'", '"', '.*', '^', '__2', '1'],
]

test('hostile names of the host take nothing from people but themselves', () => {
  const people = hostile.map((username) => ({ username, full_names: hostile, aliases: hostile }))
  const copy = toHostNames({ reserved: hostile, apps: hostile, people }, new Map(), takenAt)
  for (const name of ['alice', 'robin.k', 'user1234', 'Ann-Kathrin', 'Мария', '山田']) {
    expect(isUsernameOfHost(copy, name), name).toBe(false)
    expect(isDisplayNameOfHost(copy, name, 'x'), name).toBe(false)
  }
  for (const name of ['constructor', 'proto', 'ne']) {
    expect(isUsernameOfHost(copy, name), name).toBe(true)
  }
})

test('no name that the host shows is given away, unless an account of ours has it', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abceilmnrtvw01._'), minLength: 1 })
  const person = fc.record({
    username: name,
    full_names: fc.array(name, { maxLength: 2 }),
    aliases: fc.array(name, { maxLength: 2 }),
  })
  const read = fc.record({
    reserved: fc.array(name),
    apps: fc.array(name, { maxLength: 5 }),
    people: fc.array(person, { maxLength: 5 }),
  })
  fc.assert(
    fc.property(read, fc.func(fc.boolean()), (some, isOurs) => {
      const ours = some.people.filter(({ username }) => isOurs(username))
      const copy = toHostNames(some, new Map(ours.map(({ username }) => [username, ''])), takenAt)
      const foreign = some.people.filter((one) => !ours.includes(one))
      const all = [...some.reserved, ...some.apps, ...foreign.map(({ username }) => username)]
      for (const one of all.filter((each) => /[a-z0-9]/.test(each))) {
        expect(isUsernameOfHost(copy, one), one).toBe(true)
      }
    }),
  )
})

test('what looks like a name of the list that everybody has is judged alike in the copy', () => {
  const spellings = [
    'adm1n',
    'r00t',
    'p0stmaster',
    'postrnaster',
    'ma1l',
    'а.d.m.i.n',
    'ａｄｍｉｎ',
  ]
  const reserved = ['admin', 'root', 'postmaster', 'mail']
  const copy = toHostNames({ reserved, apps: [], people: [] }, new Map(), takenAt)
  for (const name of spellings) {
    expect(isReservedName(name), name).toBe(true)
    expect(isDisplayNameOfHost(copy, name, 'robin'), name).toBe(true)
  }
})

test('a wish is compared with 5,000 names of the host in no time', () => {
  const many = Array.from({ length: 5_000 }, (_, number) => `group${number}x`)
  const copy: HostNames = toHostNames({ reserved: many, apps: many, people: [] }, known, takenAt)
  const start = performance.now()
  for (let count = 0; count < 20; count += 1) isUsernameOfHost(copy, 'robin')
  expect(performance.now() - start).toBeLessThan(1_000)
})

test('nobody is refused their own username as their display name', () => {
  expect(isDisplayNameOfHost(names, 'Fiona', 'ann')).toBe(true)
  expect(isDisplayNameOfHost(names, 'Fiona', 'fiona')).toBe(false)
})
