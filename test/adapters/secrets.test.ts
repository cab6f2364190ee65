import { expect, test } from 'vitest'
import { jsonAnswer } from '../../infra/local/http-server.ts'
import { openSecrets, readAgain, type Secrets } from '../../lib/adapters/secrets.ts'
import { bodyOf, headerOf, type Stub, startStub } from './stub.ts'

interface Store {
  values: Record<string, string>
  /** Seconds on the clock that ages are measured by. */
  time: number
  readonly stub: Stub
  readonly secrets: Secrets
}

/** A parameter store in a stub, and secrets on a clock that is set by hand. */
async function newStore(values: Record<string, string>): Promise<Store> {
  const stub = await startStub()
  const store: Store = {
    values,
    time: 0,
    stub,
    secrets: openSecrets(environmentOf(stub), () => store.time),
  }
  stub.answer = (request) => {
    const { Names } = bodyOf(request)
    const names = Array.isArray(Names) ? Names.map(String) : []
    const Parameters = names.flatMap((Name) => {
      const Value = store.values[Name.replace('/gatehouse/test/', '')]
      return Value === undefined ? [] : [{ Name, Value, Type: 'SecureString' }]
    })
    return jsonAnswer(200, { Parameters, InvalidParameters: [] })
  }
  return store
}

const environmentOf = (stub: Stub) => ({
  SECRETS_PATH: '/gatehouse/test/',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL_SSM: stub.origin,
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'canary-key',
  AWS_SESSION_TOKEN: 'session',
})

const down = () => jsonAnswer(500, { __type: 'InternalServerError', message: 'canary' })

test('a secret is read by one signed request for its decrypted value', async () => {
  const { secrets, stub } = await newStore({ one: '1' })
  expect(await secrets.read('one')).toBe('1')
  const [request] = stub.requests
  expect(bodyOf(request)).toEqual({ Names: ['/gatehouse/test/one'], WithDecryption: true })
  expect(headerOf(request, 'x-amz-target')).toBe('AmazonSSM.GetParameters')
  expect(headerOf(request, 'x-amz-security-token')).toBe('session')
  expect(headerOf(request, 'authorization')).toMatch(
    /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-central-1\/ssm\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
  )
})

test('all secrets that are expected come with the first read, also for readers at the same time', async () => {
  const { secrets, stub } = await newStore({ one: '1', two: '2' })
  secrets.expect(['one', 'two'])
  expect(await Promise.all([secrets.read('one'), secrets.read('two')])).toEqual(['1', '2'])
  expect(await secrets.read('two')).toBe('2')
  expect(stub.requests).toHaveLength(1)
})

test('a name that nobody expected is read after the read that is under way', async () => {
  const { secrets, stub } = await newStore({ one: '1', two: '2' })
  const both = Promise.all([secrets.read('one'), secrets.read('two')])
  expect(await both).toEqual(['1', '2'])
  expect(stub.requests.map((request) => bodyOf(request)['Names'])).toEqual([
    ['/gatehouse/test/one'],
    ['/gatehouse/test/one', '/gatehouse/test/two'],
  ])
})

test('more than ten names are asked for in several requests', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `secret${index}`)
  const { secrets, stub } = await newStore(Object.fromEntries(names.map((name) => [name, name])))
  secrets.expect(names)
  expect(await secrets.read('secret11')).toBe('secret11')
  expect(stub.requests).toHaveLength(2)
})

test('a value is kept for 5 minutes', async () => {
  const store = await newStore({ one: '1' })
  await store.secrets.read('one')
  store.values = { one: 'new' }
  store.time = 299
  expect(await store.secrets.read('one')).toBe('1')
  store.time = 301
  expect(await store.secrets.read('one')).toBe('new')
})

test('a value is read again when it must not be so old', async () => {
  const store = await newStore({ one: '1' })
  await store.secrets.read('one')
  store.values = { one: 'new' }
  store.time = 5
  expect(await store.secrets.read('one', 10)).toBe('1')
  expect(await store.secrets.read('one', 0)).toBe('new')
})

test('an old value stands in for an hour while the store is down, without asking at every turn', async () => {
  const store = await newStore({ one: '1' })
  await store.secrets.read('one')
  store.stub.answer = down
  store.time = 301
  expect(await store.secrets.read('one')).toBe('1')
  const asked = store.stub.requests.length
  expect(await store.secrets.read('one')).toBe('1')
  expect(store.stub.requests).toHaveLength(asked)
  store.time = 3599
  expect(await store.secrets.read('one')).toBe('1')
  store.time = 3601
  await expect(store.secrets.read('one')).rejects.toThrow('The secret "one" cannot be read')
})

test('a request that fails is repeated once', async () => {
  const store = await newStore({ one: '1' })
  const { answer } = store.stub
  store.stub.answer = (request) => (store.stub.requests.length === 1 ? down() : answer(request))
  expect(await store.secrets.read('one')).toBe('1')
  expect(store.stub.requests).toHaveLength(2)
})

test('a secret that is not there is named, and read as soon as it is there', async () => {
  const store = await newStore({ other: 'canary' })
  await expect(store.secrets.read('one')).rejects.toThrow(
    /^The secret "one" is not in the parameter store$/,
  )
  store.values = { one: '1' }
  expect(await store.secrets.read('one')).toBe('1')
})

test('a secret that was taken away is gone at the next read', async () => {
  const store = await newStore({ one: '1' })
  await store.secrets.read('one')
  store.values = {}
  store.time = 301
  await expect(store.secrets.read('one')).rejects.toThrow('is not in the parameter store')
})

test.each([
  ['refuses', () => jsonAnswer(400, { __type: 'AccessDeniedException', message: 'canary' })],
  ['answers no JSON', () => ({ status: 200, headers: {}, body: 'canary' })],
  ['answers something else', () => jsonAnswer(200, { Parameters: [{ Name: 1, Value: 'canary' }] })],
  [
    'sends away',
    () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/canary' }, body: '' }),
  ],
])('a store that %s gives an error with the name and no value', async (_, answer) => {
  const { secrets, stub } = await newStore({})
  stub.answer = answer
  const error = await secrets.read('one').catch((caught: unknown) => caught)
  expect(textsOf(error)).toContain('"one"')
  expect(textsOf(error)).not.toContain('canary')
})

test('the kind of a refusal is told to whoever looks for the cause', async () => {
  const { secrets, stub } = await newStore({})
  stub.answer = () => jsonAnswer(400, { __type: 'AccessDeniedException' })
  const error = await secrets.read('one').catch((caught: unknown) => caught)
  expect(textsOf(error)).toContain('400 AccessDeniedException')
})

test('a refusal without a kind is told by its status', async () => {
  const { secrets, stub } = await newStore({})
  stub.answer = () => ({ status: 502, headers: {}, body: '<html>canary</html>' })
  const error = await secrets.read('one').catch((caught: unknown) => caught)
  expect(textsOf(error)).toMatch(/answered 502 $/m)
  expect(textsOf(error)).not.toContain('canary')
})

test('a read that waits for one that fails tries for itself', async () => {
  const store = await newStore({ one: '1', two: '2' })
  const { answer } = store.stub
  store.stub.answer = (request) => (store.stub.requests.length <= 2 ? down() : answer(request))
  const [one, two] = await Promise.allSettled([
    store.secrets.read('one'),
    store.secrets.read('two'),
  ])
  expect([one.status, two]).toEqual(['rejected', { status: 'fulfilled', value: '2' }])
})

test('variables that are missing are named', async () => {
  const { read } = openSecrets({ SECRETS_PATH: 'canary' })
  const error = await read('one').catch((caught: unknown) => caught)
  expect(textsOf(error)).toContain('SECRETS_PATH')
  expect(textsOf(error)).not.toContain('canary')
})

test('an adapter that declared no secret cannot have one read again', () => {
  const opening = { share: <Shared>(_: string, make: () => Shared) => make() }
  expect(() => readAgain(opening, 'one', 0)).toThrow('This world has no secrets')
})

function textsOf(error: unknown): string {
  return error instanceof Error ? `${error.stack}\n${textsOf(error.cause)}` : ''
}
