import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { familiesOf } from '../../infra/definitions.ts'
import { deployStacks } from '../../infra/deploy-stacks.ts'
import { dropKeys, rotateKeys } from '../../infra/key-rotation.ts'
import { keyPair } from '../../infra/local/host-keys.ts'
import { projectFile } from '../../infra/project.ts'
import { countSealedValues } from '../../infra/sealed-values.ts'
import { neededSecrets, secretNames, secretProblem } from '../../infra/secret-forms.ts'
import { type SecretStore, secretStoreOf } from '../../infra/secret-store.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { matrix } from '../../lib/adapters/matrix/matrix.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import { parseKeyRing } from '../../lib/crypto/key-ring.ts'
import { compiledOnce } from '../support/compiled.ts'
import { newTestWorld } from '../support/world.ts'
import { fakeFunctions } from './fake-functions.ts'
import { type Moto, startMoto } from './moto.ts'

let moto: Moto | undefined

beforeAll(async () => {
  moto = await startMoto()
}, 600_000)

afterAll(() => moto?.stop())

const credentials = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'canary-credential' }
const good: Readonly<Record<string, string>> = {
  'mongodb-uri': 'mongodb+srv://gatehouse:canary@cluster0.example.net/gatehouse',
  'ssh-host-keys': `["SHA256:${'a'.repeat(43)}"]`,
  'discord-webhook': 'https://discord.example/api/webhooks/1/canary',
}
const settings = {
  COMMUNITY_NAME: 'Lantern',
  MAIL_DOMAIN: 'lantern.example',
  MAIL_SENDER: 'gatehouse@lantern.example',
  HOST_ADDRESS: 'host.lantern.example',
  ALARM_ADDRESS: 'staff@lantern.example',
}
let stages = 0

/** An operator's machine with a stage of its own on moto; skips the test where moto cannot be had. */
async function newOperator(context: { skip(note: string): never }, own: object = settings) {
  if (moto === undefined) return context.skip("moto's server cannot be had from PyPI here.")
  const { origin } = moto
  const stage = `s${++stages}`
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-operator-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, `.settings.${stage}.json`), JSON.stringify(own))
  const environment = { ...credentials, AWS_ENDPOINT_URL_SSM: origin }
  const store = secretStoreOf(stage, { ...environment, AWS_REGION: 'eu-central-1' })
  const run = async (command: string, words: readonly string[], input = '') => {
    const file = projectFile(`infra/${command}.ts`)
    const child = spawn(process.execPath, [file, ...words, '--stage', stage], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...compiledOnce(), ...environment },
    })
    child.stdin.end(input)
    const [output, [status]] = await Promise.all([
      Promise.all([text(child.stdout), text(child.stderr)]),
      once(child, 'exit'),
    ])
    return { status, output: output.join('') }
  }
  return { stage, store, environment, run }
}

async function newKey() {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-key-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return keyPair(join(folder, 'key'))
}

async function setAll(store: SecretStore): Promise<void> {
  const key = await newKey()
  for (const [name, value] of Object.entries({ ...good, 'ssh-key': key.private })) {
    await store.put(name, value)
  }
  await rotateKeys(store, new Date())
}

describe('npm run secrets -- set', () => {
  test('puts what comes on standard input into the parameter store, encrypted', async (context) => {
    const { stage, store, run } = await newOperator(context)
    const value = good['mongodb-uri'] ?? ''
    const { status, output } = await run('secrets', ['set', 'mongodb-uri'], `${value}\n`)
    expect(output).toContain(`/gatehouse/${stage}/mongodb-uri is set`)
    expect(output).not.toContain('canary')
    expect(status).toBe(0)
    expect((await store.read(['mongodb-uri'])).get('mongodb-uri')?.value).toBe(value)
  })

  test('refuses a value of another form, and says nothing of it', async (context) => {
    const { store, run } = await newOperator(context)
    const { status, output } = await run('secrets', ['set', 'discord-webhook'], 'canary')
    expect(output).toContain('This cannot be discord-webhook: it is not an address with https.')
    expect(output).not.toContain('canary')
    expect(status).toBe(1)
    expect((await store.read(['discord-webhook'])).size).toBe(0)
  })

  test('takes no value as an argument, and repeats none', async (context) => {
    const { run } = await newOperator(context)
    for (const words of [['set', 'mongodb-uri', 'canary'], ['set', 'canary'], ['--canary']]) {
      const { status, output } = await run('secrets', words)
      expect(output).toContain('it is never an argument')
      expect(output).not.toContain('canary')
      expect(status).toBe(1)
    }
  })

  test('leaves a key ring that is there as it is', async (context) => {
    const { store, run } = await newOperator(context)
    await rotateKeys(store, new Date())
    const before = (await store.read(['signing-keys'])).get('signing-keys')?.value
    const other = JSON.stringify({ current: 'k1', keys: { k1: 'A'.repeat(43) } })
    const { status, output } = await run('secrets', ['set', 'signing-keys'], other)
    expect(output).toContain('signing-keys is there already')
    expect(status).toBe(1)
    expect((await store.read(['signing-keys'])).get('signing-keys')?.value).toBe(before)
  })
})

test('every secret that a function reads has a form, and a wrong one is told without its value', () => {
  const names = secretNames(functions)
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    expect(secretProblem(name, 'canary')).toMatch(/^it is/)
    expect(secretProblem(name, 'canary')).not.toContain('canary')
    expect(secretProblem(name, '')).toBe('it is empty.')
    expect(secretProblem(name, 'x'.repeat(4097))).toBe('it has more than 4096 bytes.')
  }
})

test.each([
  ['mongodb+srv://<user>:<db_password>@c0.example.net/gatehouse', 'has < or > in it'],
  ['mongodb+srv://u:p@c0.example.net/?retryWrites=true', 'names no database: put gatehouse behind'],
  ['mongodb+srv://u:p@c0.example.net', 'names no database: put gatehouse behind'],
  ['mongodb+srv://u:p/q@c0.example.net/gatehouse', 'in the password write %2F'],
])('of the database address %s is said what to change', (value, sentence) => {
  expect(secretProblem('mongodb-uri', value)).toContain(sentence)
})

test.each(Object.entries(good))('a good %s is taken', (name, value) => {
  expect(secretProblem(name, value)).toBeUndefined()
})

test.each([
  ['a-shared-secret-of-24-signs', undefined],
  ['{"client_id": "01J44QC8BCY7FCFM7WGHQGKMTJ", "client_secret": "canary"}', undefined],
  ['{"client_id": "01J44QC8BCY7FCFM7WGHQGKMTJ"}', expect.stringMatching(/^it is not written/)],
  ['canary', expect.stringMatching(/^it is shorter/)],
])('the Matrix secret %s is judged by its form', (value, problem) => {
  expect(secretProblem('matrix-admin', value)).toEqual(problem)
})

test('of an SSH key only the private half is taken', async () => {
  const key = await newKey()
  expect(secretProblem('ssh-key', key.private.trim())).toBeUndefined()
  expect(secretProblem('ssh-key', key.public)).toBe('it is the public half of a key.')
})

describe('npm run keys', () => {
  test('makes both rings, then adds keys that are used at once, and shows none', async (context) => {
    const { store, run } = await newOperator(context)
    const first = await run('keys', ['rotate'])
    expect(first.output).toContain('sealing-keys: k1 is the current key.')
    const second = await run('keys', ['rotate'])
    expect(second.output).toMatch(/signing-keys: k2 is the current key\. k1 can go from \d{4}-/)
    for (const [name, { value }] of await store.read(['sealing-keys', 'signing-keys'])) {
      const ring = parseKeyRing(name, value)
      expect(ring.current.id).toBe('k2')
      expect([...ring.keys.keys()]).toEqual(['k1', 'k2'])
      for (const key of Object.values(JSON.parse(value).keys)) {
        expect(first.output + second.output).not.toContain(key)
      }
    }
  })

  test('keeps old keys while somebody may use them', async (context) => {
    const { store, run } = await newOperator(context)
    await run('keys', ['rotate'])
    await run('keys', ['rotate'])
    const { status, output } = await run('keys', ['drop'])
    expect(output).toContain('signing-keys: old keys may still be in use until')
    expect(status).toBe(1)
    const { value = '' } = (await store.read(['signing-keys'])).get('signing-keys') ?? {}
    expect(parseKeyRing('signing-keys', value).keys.size).toBe(2)
  })

  test('keeps a sealing key until the last value that it sealed is gone', async (context) => {
    const { stage, store, environment } = await newOperator(context)
    const world = await newTestWorld()
    await store.put(
      'mongodb-uri',
      inject('ground').databaseUri.replace('DATABASE', world.db.databaseName),
    )
    await rotateKeys(store, new Date())
    const process = {
      ...environment,
      AWS_REGION: 'eu-central-1',
      SECRETS_PATH: `/gatehouse/${stage}/`,
    }
    const { sealer } = await openPorts({ sealer: ringSealer }, newWorld(process))
    const sealed = await sealer.seal('text', 'x')
    const things = world.db.collection('things')
    await things.insertOne({ deep: [{ inside: sealed }] })
    await rotateKeys(store, new Date())
    const later = new Date(Date.now() + 3 * 60 * 60 * 1000)
    expect(await dropKeys(store, later, countSealedValues)).toEqual({
      done: ['signing-keys: k1 is gone, k2 is left.'],
      refused: ['sealing-keys: there are values that they sealed: 1 by k1.'],
    })
    await things.deleteMany({})
    expect(await dropKeys(store, later, countSealedValues)).toEqual({
      done: ['sealing-keys: k1 is gone, k2 is left.', 'signing-keys: there is no old key.'],
      refused: [],
    })
    await rotateKeys(store, new Date())
    const { value = '' } = (await store.read(['sealing-keys'])).get('sealing-keys') ?? {}
    expect([...parseKeyRing('sealing-keys', value).keys.keys()]).toEqual(['k2', 'k3'])
  })

  test('keeps sealing keys when the database does not answer', async (context) => {
    const { store } = await newOperator(context)
    await rotateKeys(store, new Date())
    await rotateKeys(store, new Date())
    const later = new Date(Date.now() + 3 * 60 * 60 * 1000)
    const fail = () => Promise.reject(new Error('canary'))
    expect((await dropKeys(store, later, fail)).refused).toEqual([
      'sealing-keys: without the secret mongodb-uri nobody knows what they sealed.',
    ])
    await store.put('mongodb-uri', 'mongodb://127.0.0.1:1/x')
    expect((await dropKeys(store, later, fail)).refused).toEqual([
      'sealing-keys: the database does not answer, so nobody knows what they sealed.',
    ])
  })
})

describe('npm run deploy', () => {
  test('names every setting and secret that is missing, and deploys nothing', async (context) => {
    const { stage, run } = await newOperator(context, {})
    const { status, output } = await run('deploy', [])
    const needed = neededSecrets(functions, () => false)
    const names = [...Object.keys(settings), ...needed]
    for (const name of names) expect(output).toMatch(new RegExp(`${name} .*MISSING`))
    expect(output).toContain(`npm run secrets -- set ssh-key --stage ${stage}`)
    expect(output).toContain(`npm run keys -- rotate --stage ${stage}`)
    expect(output).not.toContain('HOST_PORT')
    expect(status).toBe(1)
  })

  test('with --check tells where each comes from and changes nothing', async (context) => {
    const { stage, store, run } = await newOperator(context)
    await setAll(store)
    const before = await store.read(secretNames(functions))
    const { status, output } = await run('deploy', ['--check'])
    expect(output).toMatch(
      new RegExp(`setting  COMMUNITY_NAME +\\.settings\\.${stage}\\.json +Lantern`),
    )
    expect(output).toMatch(/setting {2}HOST_PORT +usual value +22/)
    expect(output).toMatch(/setting {2}DISCORD_ROLE_ID +not set/)
    expect(output).toMatch(new RegExp(`secret {3}ssh-key +/gatehouse/${stage}/ssh-key +there`))
    expect(output).toContain('Everything is there.')
    expect(output).not.toMatch(/canary|PRIVATE KEY/)
    expect(status).toBe(0)
    expect(await store.read(secretNames(functions))).toEqual(before)
  })

  test('says which secret nobody could use, without its value', async (context) => {
    const { store, run } = await newOperator(context)
    await setAll(store)
    await store.put('ssh-host-keys', 'canary')
    const { status, output } = await run('deploy', ['--check'])
    expect(output).toMatch(/ssh-host-keys .*WRONG: it is not a list of fingerprints/)
    expect(output).not.toContain('canary')
    expect(status).toBe(1)
  })

  test('wants AWS credentials before anything else', async (context) => {
    const { stage } = await newOperator(context)
    const file = projectFile('infra/deploy.ts')
    const env = { PATH: process.env['PATH'], HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' }
    const child = spawn(process.execPath, [file, '--stage', stage], { env })
    const [output] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(output).toBe(
      'This machine has no AWS credentials: set AWS_PROFILE, or sign in with the AWS command line.\n',
    )
  })
})

test('a region that does not answer is told, by reading and by writing', async () => {
  const nowhere = { AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1', AWS_REGION: 'eu-central-1' }
  const store = secretStoreOf('prod', { ...credentials, ...nowhere })
  const sentence =
    'AWS (SSM in eu-central-1) does not answer: is there a network, and is REGION right?'
  await expect(store.read(['ssh-key'])).rejects.toThrow(sentence)
  await expect(store.put('ssh-key', 'canary')).rejects.toThrow(sentence)
  await expect(store.putFirst('ssh-key', 'canary')).rejects.toThrow(sentence)
})

const admin = ['create', '--username', 'robin', '--role', 'admin']
const password = 'Kastanie-7-Regenbogen'

describe('commands for accounts and the queue', () => {
  test('reach the database of a stage by its secrets', async (context) => {
    const world = await newTestWorld()
    const own = { ...settings, PUBLIC_URL: 'https://join.lantern.example' }
    const { store, run } = await newOperator(context, own)
    await setAll(store)
    const address = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
    await store.put('mongodb-uri', address)
    const made = await run('accounts', admin, `${password}\n`)
    expect(made.output).toContain('The account robin (admin) was created in the database')
    expect(await world.database.accounts.find('robin')).toMatchObject({ role: 'admin' })
    expect(await run('queue', ['status'])).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^host: open; 0 running/),
    })
  })

  test('say what a stage lacks', async (context) => {
    const { stage, run } = await newOperator(context)
    expect(await run('accounts', admin, `${password}\n`)).toEqual({
      status: 1,
      output: `There is no mongodb-uri: npm run secrets -- set mongodb-uri --stage ${stage}\n`,
    })
    const { status, output } = await run('queue', ['status'])
    expect([status, output]).toEqual([
      1,
      `Put PUBLIC_URL, the address that the deployment printed, into .settings.${stage}.json.\n`,
    ])
  })
})

test.each([
  ['without a Matrix server', '', []],
  ['with a Matrix server', 'MATRIX_URL', ['matrix-admin']],
])('a community %s needs the secrets %j', (_, setting, needed) => {
  const table = fakeFunctions({ 'a-b': 'GET /a' }, { matrix })
  expect(neededSecrets(table, (name) => name === setting)).toEqual(needed)
})

describe('the stacks of a stage', () => {
  test('are deployed as they were packaged, core first', async () => {
    const runs: string[] = []
    const run = async (options: readonly string[]) => runs.push(options.join(' ')) * 0
    expect(await deployStacks('prod', functions, run)).toBeUndefined()
    expect(runs[0]).toBe(
      'deploy --stage prod --param=family=core --package .build/package/core --verbose',
    )
    expect(runs).toHaveLength(familiesOf(functions).length)
  })

  test('end with the first that cannot be deployed', async () => {
    const runs: string[] = []
    const run = async (options: readonly string[]) => runs.push(options.join(' '))
    expect(await deployStacks('prod', functions, run)).toBe('core')
    expect(runs).toHaveLength(1)
  })
})
