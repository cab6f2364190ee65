/** The Matrix servers that the contract is tried on, and how each is looked into past the adapter. */
import { createHmac, randomBytes } from 'node:crypto'
import { onTestFinished, TestRunner } from 'vitest'
import * as z from 'zod'
import { type MatrixAccess, startMatrixStub } from '../../infra/local/matrix-stub.ts'
import { startParameters } from '../../infra/local/parameters.ts'
import { matrix } from '../../lib/adapters/matrix/matrix.ts'
import { newWorld, openPorts } from '../../lib/adapters/world.ts'
import type { Matrix } from '../../lib/ports.ts'
import { type MasStub, startMasStub } from '../support/mas-stub.ts'
import { sharedSynapse } from '../support/synapse.ts'

/** An account as its server has it. */
export interface Seen {
  readonly displayName: string
  readonly isAdmin: boolean
  readonly sessions: number
}

/** One server of the contract suite. */
export interface Subject extends MatrixAccess {
  readonly driver: 'synapse' | 'mas'
  look(localpart: string): Promise<Seen | undefined>
}

/** Every server by its name in titles. Opening Synapse skips the test where it is not installed. */
export const subjects: ReadonlyArray<readonly [string, () => Promise<Subject>]> = [
  ['Synapse', openSynapse],
  ['the stub of Synapse', openStub],
  ['the stub of Matrix Authentication Service', openMas],
]

/** A name that no other test uses. */
export function newName(): string {
  return `robin.${randomBytes(8).toString('hex')}`
}

/** Settings and secret of an opened port where they differ from the server's own; undefined takes one away. */
export interface Change {
  readonly url?: string | undefined
  readonly serverName?: string | undefined
  readonly secret?: string | undefined
  readonly seconds?: number
}

/** The port as a function opens it. */
export async function openMatrix(subject: Subject, change: Change = {}): Promise<Matrix> {
  const { url, serverName, secret } = { ...subject, ...change }
  const store = await startParameters()
  onTestFinished(() => store.stop())
  store.set('/gatehouse/test/matrix-admin', secret)
  const environment = {
    MATRIX_DRIVER: subject.driver,
    MATRIX_URL: url,
    MATRIX_SERVER_NAME: serverName,
    MATRIX_SECONDS: String(change.seconds ?? 5),
    SECRETS_PATH: '/gatehouse/test/',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SSM: store.endpoint,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'key',
  }
  return (await openPorts({ matrix }, newWorld(environment))).matrix
}

/** The stub of Matrix Authentication Service, with what only it can show. */
export async function openMas(): Promise<Subject & { readonly stub: MasStub }> {
  const stub = await startMasStub()
  onTestFinished(() => stub.stop())
  return { ...pick(stub), driver: 'mas', stub, look: async (name) => lookInto(stub.accounts, name) }
}

async function openStub(): Promise<Subject> {
  const stub = await startMatrixStub()
  onTestFinished(() => stub.stop())
  const access = stub.addServer('one')
  const accounts = stub.accounts('one')
  return { ...access, driver: 'synapse', look: async (name) => lookInto(accounts, name) }
}

function lookInto(accounts: MasStub['accounts'], localpart: string): Seen | undefined {
  const found = accounts.find(localpart)
  return (
    found && {
      displayName: found.displayName,
      isAdmin: found.isAdmin,
      sessions: accounts.sessions(localpart),
    }
  )
}

function pick({ url, serverName, secret }: MatrixAccess): MatrixAccess {
  return { url, serverName, secret }
}

/** The real one. */
export async function openSynapse(): Promise<Subject> {
  const synapse = await sharedSynapse()
  if (synapse === undefined) {
    return skip('Synapse is not installed here; "npm start -- --matrix" installs it')
  }
  const token = await newAdmin(synapse)
  return {
    ...pick(synapse),
    driver: 'synapse',
    look: (name) => lookAtSynapse(synapse, token, name),
  }
}

function skip(reason: string): never {
  const test = TestRunner.getCurrentTest()
  if (test === undefined) throw new Error(reason)
  return test.context.skip(reason)
}

const registered = z.object({ access_token: z.string() })

// Past the adapter, which makes no admins.
async function newAdmin({ url, secret }: MatrixAccess): Promise<string> {
  const address = `${url}/_synapse/admin/v1/register`
  const { nonce } = z.object({ nonce: z.string() }).parse(await (await fetch(address)).json())
  const [username, password] = [newName(), randomBytes(12).toString('hex')]
  const mac = createHmac('sha1', secret)
    .update([nonce, username, password, 'admin'].join('\0'))
    .digest('hex')
  const body = JSON.stringify({ nonce, username, password, mac, admin: true })
  const answer = await fetch(address, { method: 'POST', body })
  return registered.parse(await answer.json()).access_token
}

const userAnswer = z.object({ displayname: z.string(), admin: z.union([z.boolean(), z.int()]) })

async function lookAtSynapse(
  { url, serverName }: MatrixAccess,
  token: string,
  localpart: string,
): Promise<Seen | undefined> {
  const path = `/_synapse/admin/v2/users/${encodeURIComponent(`@${localpart}:${serverName}`)}`
  const ask = (address: string) => fetch(address, { headers: { authorization: `Bearer ${token}` } })
  const answer = await ask(`${url}${path}`)
  // Also what no account can be called.
  if (answer.status === 404 || answer.status === 400) return undefined
  const { displayname, admin } = userAnswer.parse(await answer.json())
  const devices = await (await ask(`${url}${path}/devices`)).json()
  const { total } = z.object({ total: z.int() }).parse(devices)
  return { displayName: displayname, isAdmin: Boolean(admin), sessions: total }
}
