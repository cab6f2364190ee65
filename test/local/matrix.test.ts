import { execFile } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { startMatrix } from '../../infra/local/matrix.ts'
import { type MatrixAccess, startMatrixStub } from '../../infra/local/matrix-stub.ts'
import { listProcesses } from '../../infra/local/processes.ts'
import { findSynapse, startSynapse } from '../../infra/local/synapse.ts'
import { openSynapse } from '../adapters/matrix-subjects.ts'

const run = promisify(execFile)

async function openStub(): Promise<MatrixAccess> {
  const stub = await startMatrixStub()
  onTestFinished(() => stub.stop())
  return stub.addServer('one')
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-matrix-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const registration = '/_synapse/admin/v1/register'
const nonceAnswer = z.object({ nonce: z.string() })

async function newNonce({ url }: MatrixAccess): Promise<string> {
  return nonceAnswer.parse(await (await fetch(`${url}${registration}`)).json()).nonce
}

async function post(url: string, body: unknown, token?: string) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const json = z.record(z.string(), z.unknown()).parse(await answer.json())
  return { status: answer.status, errcode: json['errcode'], keys: Object.keys(json).sort(), json }
}

interface Wish {
  readonly nonce?: string
  readonly name?: string
  readonly macOf?: 'admin' | 'notadmin'
  readonly admin?: boolean
  readonly more?: object
}

async function register(server: MatrixAccess, wish: Wish = {}) {
  const { name = `r${randomBytes(8).toString('hex')}`, macOf = 'notadmin', admin = false } = wish
  const nonce = wish.nonce ?? (await newNonce(server))
  const mac = createHmac('sha1', server.secret)
    .update([nonce, name, 'pass-word', macOf].join('\0'))
    .digest('hex')
  const body = { nonce, username: name, password: 'pass-word', admin, mac, ...wish.more }
  return post(`${server.url}${registration}`, body)
}

const both = [
  ['Synapse', openSynapse],
  ['the stub', openStub],
] as const

// The same facts of both: what the stub teaches is true of Synapse.
describe.each(both)('%s', (_, open) => {
  test('takes a nonce once, also where the rest is wrong', async () => {
    const server = await open()
    const nonce = await newNonce(server)
    expect(await register(server, { nonce, macOf: 'admin' })).toMatchObject({ status: 403 })
    expect(await register(server, { nonce })).toMatchObject({ status: 400, errcode: 'M_UNKNOWN' })
    expect(await register(server, { nonce: 'f'.repeat(128) })).toMatchObject({ status: 400 })
  })

  test.each([
    ['no admin', { macOf: 'admin', admin: false }],
    ['an admin', { macOf: 'notadmin', admin: true }],
  ] as const)('makes %s by a MAC for the other', async (_who, wish) => {
    expect(await register(await open(), wish)).toMatchObject({ status: 403, errcode: 'M_UNKNOWN' })
  })

  test('signs a new account in unless it is told not to', async () => {
    const server = await open()
    const [signedIn, quiet] = [
      await register(server),
      await register(server, { more: { inhibit_login: true } }),
    ]
    expect(signedIn.keys).toEqual(expect.arrayContaining(['access_token', 'device_id', 'user_id']))
    expect(quiet.keys).toEqual(['home_server', 'user_id'])
  })

  test.each([
    ['Robin.UPPER', { status: 200 }],
    ['_robin', { status: 400, errcode: 'M_INVALID_USERNAME' }],
    ['us,er', { status: 400, errcode: 'M_INVALID_USERNAME' }],
    ['123456', { status: 400, errcode: 'M_INVALID_USERNAME' }],
    ['x'.repeat(239), { status: 400, errcode: 'M_INVALID_USERNAME' }],
    ['x'.repeat(513), { status: 400 }],
  ])('judges the name %j', async (name, expected) => {
    const server = await open()
    const answer = await register(server, { name })
    expect(answer).toMatchObject(expected)
    if (answer.status !== 200) return
    expect(answer.json['user_id']).toBe(`@${name.toLowerCase()}:${server.serverName}`)
    const again = await register(server, { name: name.toLowerCase() })
    expect(again).toMatchObject({ status: 400, errcode: 'M_USER_IN_USE' })
  })

  test.each(['{"nonce', '[]', '{}', '{"nonce": 7}'])('refuses the body %s', async (body) => {
    const { url } = await open()
    expect((await post(`${url}${registration}`, body)).status).toBe(400)
  })

  test('ends every session of a device with the sign-out of one', async () => {
    const server = await open()
    const name = `r${randomBytes(8).toString('hex')}`
    await register(server, { name, more: { inhibit_login: true } })
    const login = async (password: string) =>
      post(`${server.url}/_matrix/client/v3/login`, {
        ...{ type: 'm.login.password', identifier: { type: 'm.id.user', user: name } },
        ...{ password, device_id: 'ONE' },
      })
    const logout = (token: unknown) =>
      post(`${server.url}/_matrix/client/v3/logout`, {}, String(token))
    const [first, second] = [await login('pass-word'), await login('pass-word')]
    expect(first).toMatchObject({ status: 200, json: { user_id: `@${name}:${server.serverName}` } })
    const gone = { status: 401, errcode: 'M_UNKNOWN_TOKEN' }
    expect(await logout(second.json['access_token'])).toMatchObject({ status: 200 })
    expect(await logout(second.json['access_token'])).toMatchObject(gone)
    expect(await logout(first.json['access_token'])).toMatchObject(gone)
    expect(await login('wrong-word')).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' })
  })

  test('wants to be left alone after three wrong passwords, and says for how long', async () => {
    const { url } = await open()
    const user = `r${randomBytes(8).toString('hex')}`
    const body = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user },
      password: 'x',
    }
    const statuses: number[] = []
    for (let round = 0; round < 4; round += 1) {
      const { status, json } = await post(`${url}/_matrix/client/v3/login`, body)
      statuses.push(status)
      if (status === 429) expect(json['retry_after_ms']).toBeGreaterThan(1000)
    }
    expect(statuses).toEqual([403, 403, 403, 429])
  })

  test('knows nothing else', async () => {
    const { url } = await open()
    const answer = await fetch(`${url}/_synapse/admin/v1/nothing`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ errcode: 'M_UNRECOGNIZED' })
  })
})

test('a real Synapse keeps its accounts, shows its secret to nobody else, and ends whole', async (context) => {
  const path = findSynapse()
  if (path === undefined) return context.skip('Synapse is not installed here')
  const folder = await newFolder()
  const first = await startSynapse({ path, folder })
  const name = `r${randomBytes(8).toString('hex')}`
  expect((await register(first, { name })).status).toBe(200)
  const { mode } = await stat(join(folder, 'homeserver.yaml'))
  expect(mode & 0o777).toBe(0o600)
  await first.stop()
  const second = await startSynapse({ path, folder })
  expect(second.secret).not.toBe(first.secret)
  expect(await register(second, { name })).toMatchObject({ errcode: 'M_USER_IN_USE' })
  const lines = (await listProcesses()).filter(({ command }) => command.includes(folder))
  expect(lines).not.toHaveLength(0)
  expect(JSON.stringify(lines)).not.toContain(second.secret)
  await second.stop()
  expect((await listProcesses()).filter(({ command }) => command.includes(folder))).toEqual([])
})

test('a Synapse that ends at its start says where its log is', async () => {
  const folder = await newFolder()
  const path = join(folder, 'broken')
  await writeFile(path, '#!/bin/sh\necho no luck >&2\nexit 3\n')
  await chmod(path, 0o700)
  const starting = startSynapse({ path, folder: join(folder, 'data') })
  await expect(starting).rejects.toThrow(join(folder, 'data', 'synapse.log'))
  expect(await readFile(join(folder, 'data', 'synapse.log'), 'utf8')).toContain('no luck')
})

test.each([
  ['broken', 500],
  ['rubbish', 200],
] as const)('a stub that is %s after its work has done it', async (kind, status) => {
  const stub = await startMatrixStub()
  onTestFinished(() => stub.stop())
  const server = stub.addServer('one')
  stub.setFault('one', { kind, after: true })
  const url = `${server.url}${registration}`
  const nonce = await newNonce(server)
  const mac = createHmac('sha1', server.secret)
    .update([nonce, 'robin', 'pass-word', 'notadmin'].join('\0'))
    .digest('hex')
  const body = JSON.stringify({ nonce, username: 'robin', password: 'pass-word', mac })
  expect((await fetch(url, { method: 'POST', body })).status).toBe(status)
  stub.setFault('one', { kind })
  expect((await fetch(url)).status).toBe(status)
  stub.setFault('one', { kind: 'rate_limited', retryAfterSeconds: 3 })
  expect(await post(url, {})).toMatchObject({ status: 429, json: { retry_after_ms: 3000 } })
  stub.setFault('one', undefined)
  expect(await register(server, { name: 'robin' })).toMatchObject({ errcode: 'M_USER_IN_USE' })
  expect(stub.accounts('one').all()).toMatchObject([{ localpart: 'robin', isAdmin: false }])
})

test('a stub takes the place of an installed Synapse that does not start', async () => {
  const folder = await newFolder()
  const place = join(folder, 'gatehouse', 'matrix-synapse-1.163.2')
  await mkdir(join(place, 'bin'), { recursive: true })
  await writeFile(join(place, 'complete'), '')
  await writeFile(join(place, 'bin', 'synapse_homeserver'), '#!/bin/sh\nexit 3\n', { mode: 0o700 })
  const script = `
    import { startMatrix } from ${JSON.stringify(join(import.meta.dirname, '../../infra/local/matrix.ts'))}
    const wish = 'where_installed'
    console.log(await startMatrix({ wish, folder: ${JSON.stringify(join(folder, 'data'))}, onProgress: console.log }))`
  const env = { ...process.env, XDG_CACHE_HOME: folder }
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env })
  expect(stdout).toMatch(/Synapse did not start.*; a stub takes its place\.\nundefined/)
})

test('a local run that wishes for no Synapse has the stub', async () => {
  expect(await startMatrix({ wish: undefined, folder: '/nowhere' })).toBeUndefined()
})
