import { expect, test } from 'vitest'
import * as z from 'zod'
import { adapter } from '../lib/adapters/adapter.ts'
import { endpoint } from '../lib/http/endpoint.ts'
import { late, once } from '../lib/late.ts'
import { hostTask, postTask } from '../lib/queue/task.ts'

/** A schema that tells how often it was made. */
function newSchema() {
  let made = 0
  const make = () => {
    made += 1
    return z.strictObject({ name: z.string() })
  }
  return { make, made: () => made }
}

test('a value is made at the first call, and is the same at every call', () => {
  const { make, made } = newSchema()
  const schema = once(make)
  expect(made()).toBe(0)
  expect(schema()).toBe(schema())
  expect(made()).toBe(1)
})

test('nothing is a value too, and is made once', () => {
  let made = 0
  const nothing = once(() => {
    made += 1
  })
  nothing()
  nothing()
  expect(made).toBe(1)
})

test('a late schema may be there already, or be none at all', () => {
  const schema = z.string()
  expect(late(schema)()).toBe(schema)
  expect(late(undefined)()).toBeUndefined()
})

const aboutTask = { action: 'a', secrets: [], resource: () => 'r', owner: () => null }
const onHost = { ...aboutTask, observes: () => 'u', refuse: () => undefined, plan: () => [] }

test.each([
  ['an adapter', (make) => adapter({ settings: make, secrets: [], grants: [], open: () => 1 })],
  ['a host task', (make) => hostTask({ ...onHost, startsFrom: 'absent', input: make })],
  [
    'a post task',
    (make) => postTask({ ...aboutTask, input: make, deliver: async () => undefined }),
  ],
  ['an endpoint', (make) => newEndpoint(make).definition],
] satisfies ReadonlyArray<[string, (make: ReturnType<typeof newSchema>['make']) => object]>)(
  'the schema of %s is made when it is first looked at, and once',
  (_name, declare) => {
    const { make, made } = newSchema()
    const declared = declare(make)
    expect(made()).toBe(0)
    const looks = [1, 2].map(() =>
      Object.values(declared).filter((one) => one instanceof z.ZodType),
    )
    expect(looks[0]).toHaveLength(1)
    expect(looks[0]?.[0]).toBe(looks[1]?.[0])
    expect(made()).toBe(1)
  },
)

function newEndpoint(make: ReturnType<typeof newSchema>['make']) {
  return endpoint({
    method: 'POST',
    path: '/',
    summary: '',
    auth: 'anyone',
    body: make,
    status: 200,
    failures: [],
    dialect: 'community',
    uses: {},
    handler: () => ({ kind: 'reply', status: 200, headers: {}, body: '' }),
  })
}
