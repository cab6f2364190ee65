import { expect, test } from 'vitest'
import * as z from 'zod'
import { adapter } from '../../lib/adapters/adapter.ts'
import { siteSettings, tuningSettings } from '../../lib/adapters/settings.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Clock } from '../../lib/ports.ts'

const site = {
  PUBLIC_URL: 'https://gatehouse.example',
  COMMUNITY_NAME: 'Lantern',
  MAIL_DOMAIN: 'lantern.example',
}

function newClock(at: string): Clock {
  return { now: () => new Date(at), sleep: async () => undefined, every: () => () => undefined }
}

function countingAdapter(open: (count: number) => Clock) {
  let count = 0
  return adapter<Clock, object>({
    settings: z.object({}),
    secrets: [],
    grants: [],
    open: () => {
      count += 1
      return open(count)
    },
  })
}

test('an adapter is opened once per world, also by calls at the same time', async () => {
  const clock = countingAdapter((count) => newClock(`200${count}-01-01`))
  const world = newWorld({})
  const [first, second] = await Promise.all([
    openPorts({ clock }, world),
    openPorts({ clock }, world),
  ])
  const other = await openPorts({ clock }, newWorld({}))
  expect(first.clock).toBe(second.clock)
  expect(other.clock.now().getUTCFullYear()).toBe(2002)
})

test('an opening that failed is tried again', async () => {
  const clock = countingAdapter((count) => {
    if (count === 1) throw new Error('not yet')
    return newClock('2026-01-01')
  })
  const world = newWorld({})
  await expect(openPorts({ clock }, world)).rejects.toThrow('not yet')
  expect((await openPorts({ clock }, world)).clock.now().getUTCFullYear()).toBe(2026)
})

test('a port that is given is not opened, whatever its settings are', async () => {
  const given = newClock('2026-01-01')
  const clock = countingAdapter(() => newClock('1999-01-01'))
  const world = newWorld({}, { clock: given, site: { ...emptySite } })
  const ports = await openPorts({ clock, site: siteSettings }, world)
  expect(ports.clock).toBe(given)
  expect(ports.site).toEqual(emptySite)
})

const emptySite = {
  publicUrl: '',
  communityName: '',
  mailDomain: '',
  defaultLanguage: 'en',
} as const

test('one error names every variable that is missing or wrong, and no value', async () => {
  const world = newWorld({
    ...site,
    PUBLIC_URL: 'ftp://canary',
    COMMUNITY_NAME: '',
    CREATE_USER_PER_HOUR: 'canary',
  })
  const opening = openPorts({ site: siteSettings, tuning: tuningSettings }, world)
  await expect(opening).rejects.toThrow(
    /^Missing or wrong settings: COMMUNITY_NAME, CREATE_USER_PER_HOUR, PUBLIC_URL$/,
  )
})

test('an adapter with secrets needs the variables that secrets are read with', async () => {
  const clock = { ...systemClock, secrets: ['one'] }
  await expect(openPorts({ clock }, newWorld({}))).rejects.toThrow(
    'AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY, SECRETS_PATH',
  )
})

test('an adapter gets no secret that it does not declare', async () => {
  const clock = adapter<Clock, object>({
    settings: z.object({}),
    secrets: [],
    grants: [],
    open: async ({ secret }) => newClock(await secret('ssh-key')),
  })
  await expect(openPorts({ clock }, newWorld({}))).rejects.toThrow('"ssh-key" is not declared')
})

test('what is shared is made once per world', async () => {
  const sharing = () =>
    adapter<Clock, object>({
      settings: z.object({}),
      secrets: [],
      grants: [],
      open: ({ share }) => share('clock', () => newClock('2026-01-01')),
    })
  const world = newWorld({})
  const first = await openPorts({ clock: sharing() }, world)
  const second = await openPorts({ clock: sharing() }, world)
  expect(first.clock).toBe(second.clock)
})
