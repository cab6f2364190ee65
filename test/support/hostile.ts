/** Sends spoilt requests to the declared routes that take a body, and says what a refusal is. */
import { expect } from 'vitest'
import { functions } from '../../functions/index.ts'
import { endpointsOf } from '../../infra/definitions.ts'
import type { EndpointDefinition } from '../../lib/http/definition.ts'
import { dialects, statusIn } from '../../lib/http/dialects.ts'
import type { CallAnswer, CallOptions } from './call.ts'
import { type Sample, samples } from './samples.ts'
import type { TestWorld } from './world.ts'

const routes = endpointsOf(functions)
  .filter(({ definition }) => definition.body)
  .map(({ name, definition }) => ({ name, definition, sample: samples[name] ?? {} }))

/** Every route that takes a body, by its path, with a good one. */
export const bodyRoutes = routes.map((route) => [route.definition.path, route] as const)

/** Bytes that need not be UTF-8, one a character. */
export const asBytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

/** Sends a request to a route, signed in where it wants that. */
export async function send(
  world: TestWorld,
  { auth, method, path }: EndpointDefinition,
  options: CallOptions,
) {
  const isForSome = Array.isArray(auth) || auth === 'registration'
  const token = isForSome ? { token: await adminToken(world) } : {}
  return world.call(method, path, { ...token, ...options })
}

const tokens = new WeakMap<TestWorld, Promise<string>>()

function adminToken(world: TestWorld): Promise<string> {
  const token = tokens.get(world) ?? world.as('admin')
  tokens.set(world, token)
  return token
}

/** A refusal of a body: 400, or what its family says instead, in the words of the family. */
export function expectRefused({ dialect }: EndpointDefinition, answer: CallAnswer, what: string) {
  expect(answer.status, `${what}: ${answer.text.slice(0, 200)}`).toBe(
    statusIn(dialect, 'invalid_input'),
  )
  expect(dialects[dialect].schema().safeParse(answer.body).success, answer.text).toBe(true)
}

/** A sample as a browser's form has it. */
export function formOf(sample: Sample): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, String(value)]))
}

/** Whether a text happens to be a good body of a route. */
export function isGood({ body }: EndpointDefinition, text: string): boolean {
  try {
    return body?.safeParse(JSON.parse(text)).success === true
  } catch {
    return false
  }
}

/** Neither an account nor a task came of it. */
export async function expectNothingHappened({ db }: TestWorld) {
  expect(await db.collection('accounts').countDocuments({ role: { $ne: 'admin' } })).toBe(0)
  expect(await db.collection('tasks_queue').countDocuments()).toBe(0)
}

/** A body with one field more or other, whose value comes as JSON text. */
export function spoil(sample: Sample, key: string, json: string): string {
  const kept = Object.entries(sample).filter(([name]) => name !== key)
  const members = kept.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return `{${[...members, `${JSON.stringify(key)}:${json}`].join(',')}}`
}
