import { expect } from 'vitest'
import { managers } from '../../infra/local/installation.ts'
import type { CallAnswer, CallOptions } from '../support/call.ts'
import { basic, type Key, keyIn } from '../support/registration-key.ts'
import { sharedServers } from '../support/servers.ts'
import type { TestWorld } from '../support/world.ts'

let clients = 0

/** Asks for an account, each time from another client. */
export async function submit(
  world: TestWorld,
  body: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): Promise<Key & { readonly answer: CallAnswer }> {
  clients += 1
  const from = `10.${(clients >> 16) & 255}.${(clients >> 8) & 255}.${clients & 255}`
  const answer = await world.call('POST', '/registrations/', { from, body, ...options })
  expect(answer.status, answer.text).toBe(201)
  return { rid: answer.body.rid, token: answer.body.token, answer }
}

/** Calls a registration with a key, its own by default. */
export function callWith(world: TestWorld, key: Key) {
  return (method: string, options: CallOptions = {}, path = `/registrations/${key.rid}/`) =>
    world.call(method, path, { ...options, headers: { ...basic(key), ...options.headers } })
}

/** The newest key in the mails to an address: the link's fragment. */
export async function mailedKey(world: TestWorld, address: string): Promise<Key> {
  const keys = await mailedKeys(world, address)
  const newest = keys.at(-1)
  if (newest === undefined) throw new Error(`No mail to ${address} has a link.`)
  return newest
}

/** Every key in the mails to an address, oldest first. */
export async function mailedKeys(world: TestWorld, address: string): Promise<readonly Key[]> {
  const mails = (await world.mails()).filter(({ to }) => to.includes(address))
  return mails.flatMap((mail) => keyIn(mail) ?? [])
}

/** A registration that the first manager has approved. */
export async function approved(
  world: TestWorld,
  body: Readonly<Record<string, unknown>> = {},
): Promise<Key> {
  const key = await submit(world, body)
  await world.runWorkers()
  const manager = await mailedKey(world, managers[0])
  const answer = await callWith(world, manager)('PUT', { body: { status: 'approved' } })
  expect(answer.status, answer.text).toBe(200)
  return key
}

/** The request that picks a username. */
export function pick(username: string) {
  return { body: { matrix_status: 'processing', username } } as const
}

/** Does one thing at the desk. */
export function atDesk(world: TestWorld, key: Key) {
  return (body: Readonly<Record<string, unknown>>) =>
    callWith(world, key)('POST', { body }, `/registrations/${key.rid}/desk/`)
}

/** The Matrix server of a world, from its own side. */
export async function matrixOf(world: TestWorld) {
  const { matrix } = await sharedServers()
  const { name } = world.installation
  return {
    names: () =>
      matrix
        .accounts(name)
        .all()
        .map(({ localpart }) => localpart),
    accounts: matrix.accounts(name),
    setFault: (fault: Parameters<typeof matrix.setFault>[1]) => matrix.setFault(name, fault),
  }
}

/** Everything that the database holds, as text. */
export async function everythingIn(world: TestWorld): Promise<string> {
  const collections = await world.db.collections()
  return JSON.stringify(await Promise.all(collections.map((one) => one.find().toArray())))
}

/** Hours in milliseconds. */
export const hours = (count: number) => count * 3_600_000
