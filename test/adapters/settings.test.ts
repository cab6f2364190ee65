import { expect, test } from 'vitest'
import { fastPace } from '../../infra/local/fast-pace.ts'
import { paceSettings } from '../../lib/adapters/pace.ts'
import { registeringSettings, siteSettings, tuningSettings } from '../../lib/adapters/settings.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'

const site = {
  PUBLIC_URL: 'https://gatehouse.example',
  COMMUNITY_NAME: 'Lantern',
  MAIL_DOMAIN: 'lantern.example',
}
const openSite = async (change: Record<string, string>) =>
  (await openPorts({ site: siteSettings }, newWorld({ ...site, ...change }))).site
const openTuning = async (environment: Record<string, string>) =>
  (await openPorts({ tuning: tuningSettings }, newWorld(environment))).tuning
const openPace = async (environment: Record<string, string>) =>
  (await openPorts({ pace: paceSettings }, newWorld(environment))).pace

test('without a Matrix server accounts are made on the host alone, by nobody but staff', async () => {
  const { registering } = await openPorts({ registering: registeringSettings }, newWorld({}))
  expect(registering).toEqual({
    targets: ['yunohost'],
    managers: [],
    pendingCap: 10_000,
    matrixServerName: null,
  })
})

test('the site is what its variables say, in English unless they say otherwise', async () => {
  expect(await openSite({})).toEqual({
    publicUrl: 'https://gatehouse.example',
    communityName: 'Lantern',
    mailDomain: 'lantern.example',
    defaultLanguage: 'en',
  })
  expect((await openSite({ DEFAULT_LANGUAGE: 'de' })).defaultLanguage).toBe('de')
})

test.each([
  ['https://gatehouse.example/', 'https://gatehouse.example'],
  ['https://gatehouse.example:8443', 'https://gatehouse.example:8443'],
  ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
  ['http://localhost:3000', 'http://localhost:3000'],
])('the public address %s is the origin %s', async (url, origin) => {
  expect((await openSite({ PUBLIC_URL: url })).publicUrl).toBe(origin)
})

test.each([
  'http://gatehouse.example',
  'https://user:word@gatehouse.example',
  'https://gatehouse.example/path',
  'https://gatehouse.example?x=1',
  'https://gatehouse.example:99999',
  'javascript:alert(1)',
  'gatehouse.example',
])('the public address %s is refused', async (url) => {
  await expect(openSite({ PUBLIC_URL: url })).rejects.toThrow('PUBLIC_URL')
})

test.each([
  'lantern',
  'Lantern.example',
  'a@lantern.example',
  '-a.example',
  'lantern..example',
  `${'a'.repeat(64)}.example`,
])('the mail domain %s is refused', async (domain) => {
  await expect(openSite({ MAIL_DOMAIN: domain })).rejects.toThrow('MAIL_DOMAIN')
})

test('a community name cannot bring a second line into a mail', async () => {
  await expect(openSite({ COMMUNITY_NAME: 'Lantern\r\nBcc: x' })).rejects.toThrow('COMMUNITY_NAME')
})

test('numbers to tune have the defaults of the design', async () => {
  expect(await openTuning({})).toEqual({ createUserPerHour: 600 })
  expect(await openTuning({ CREATE_USER_PER_HOUR: '7' })).toEqual({ createUserPerHour: 7 })
})

test.each(['0', '-1', '1.5', '1e3', ' 5', '0x10', 'ten', '1000000'])(
  'a limit of %j an hour is refused',
  async (text) => {
    await expect(openTuning({ CREATE_USER_PER_HOUR: text })).rejects.toThrow('CREATE_USER_PER_HOUR')
  },
)

test("the pace of the engine is the design's unless it is set", async () => {
  expect(await openPace({})).toEqual({
    leaseSeconds: 30,
    renewSeconds: 10,
    hiddenSeconds: 30,
    attachSeconds: 20,
    busySeconds: 15,
    probeSeconds: { first: 5, longest: 300 },
    retrySeconds: [10, 60, 300],
    deliverySeconds: [10, 60, 300, 900, 3600],
  })
  expect(await openPace(fastPace)).toMatchObject({
    leaseSeconds: 1,
    renewSeconds: 0.3,
    probeSeconds: { first: 0.2, longest: 2 },
    retrySeconds: [0.2, 0.4, 0.8],
  })
})

test.each(['0', '0.000', '-1', '1.2345', '1e3', ' 5', '0x10', 'ten', '1000000', '1,'])(
  '%j seconds are refused',
  async (text) => {
    await expect(openPace({ LEASE_SECONDS: text })).rejects.toThrow('LEASE_SECONDS')
    await expect(openPace({ RETRY_SECONDS: `${text},1` })).rejects.toThrow('RETRY_SECONDS')
  },
)

test.each([
  ['RENEW_SECONDS', { LEASE_SECONDS: '5', RENEW_SECONDS: '2.5' }],
  ['HIDDEN_SECONDS', { HIDDEN_SECONDS: '10' }],
  ['HIDDEN_SECONDS', { HIDDEN_SECONDS: '121' }],
  ['ATTACH_SECONDS', { ATTACH_SECONDS: '61' }],
])(
  "a wrong %s, by which workers would get in each other's way, is refused",
  async (name, change) => {
    await expect(openPace(change)).rejects.toThrow(name)
  },
)
