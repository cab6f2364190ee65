/** Everything that people and the sign-up site do in a soak. */
import { ringSealer } from '../../lib/adapters/keys.ts'
import { siteSettings } from '../../lib/adapters/settings.ts'
import { systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { newTask } from '../../lib/queue/new-task.ts'
import type { NewTask } from '../../lib/queue/queue.ts'
import { userCreate } from '../../lib/tasks/user-create.ts'
import { userUpdate } from '../../lib/tasks/user-update.ts'
import type { CallAnswer, CallOptions } from '../support/call.ts'
import { addAccount } from '../support/people.ts'
import { type Askers, newAskers } from './askers.ts'
import { type Client, type Ears, exchange, toText } from './exchange.ts'
import type { Place } from './place.ts'
import type { Operation } from './plan.ts'

/** Does one operation and tells how it went, such as `201`, or why there was nothing to do. */
export type Do = (operation: Operation) => Promise<string>

interface People extends Client {
  /** Tasks of a person with the token that reads them. */
  readonly tasks: Map<number, Array<{ readonly id: string; readonly token: string }>>
  readonly passwords: Map<number, string>
  serviceToken: string
  readonly askers: Askers
}

/** People who use a place; the sign-up site has signed in. */
export async function newPeople(place: Place, ears: Ears): Promise<Do> {
  const client = { place, ...ears }
  const people: People = {
    ...client,
    ...{ serviceToken: '', tasks: new Map(), passwords: new Map() },
    askers: newAskers(client),
  }
  await signInService(people)
  return (operation) => act(people, operation)
}

async function act(people: People, operation: Operation): Promise<string> {
  const { kind, person } = operation
  const username = nameOf(person)
  switch (kind) {
    case 'create':
    case 'ask_again':
      return createUser(people, person)
    case 'create_without_address':
      return createWithoutAddress(people, person)
    case 'request_reset':
      return call(people, 'POST', '/request_password_reset', { body: { username } })
    case 'set_password':
      return setPassword(people, person, operation.password)
    case 'update':
      return update(people, person, operation.displayName)
    case 'read_tasks':
      return readTasks(people, person)
    case 'sign_in':
    case 'wrong_password': {
      const password = kind === 'sign_in' ? people.passwords.get(person) : operation.password
      return password === undefined
        ? 'nothing to do'
        : call(people, 'POST', '/login', { body: { username, password } })
    }
    case 'register':
      return people.askers.register(person)
    case 'decide':
      return people.askers.decide(person, operation.status)
    case 'pick':
      return people.askers.pick(person)
    case 'look':
      return people.askers.look(person)
    default:
      return operation satisfies never
  }
}

function nameOf(person: number): string {
  return `ida${person}`
}

function addressOf(person: number): string {
  return `ida${person}@mail.example`
}

function displayNameOf(person: number): string {
  return `Ida Nova ${person}`
}

async function call(people: People, method: string, path: string, options: CallOptions) {
  return toText(await exchange(people, method, path, options))
}

async function signInService(people: People): Promise<void> {
  const { username, password } = people.place.accounts.service
  const body = { username, password }
  const answer = await exchange(people, 'POST', '/login', { body })
  if (answer.status === 200) people.serviceToken = answer.body.access_token
}

async function createUser(people: People, person: number): Promise<string> {
  const body = {
    username: nameOf(person),
    display_name: displayNameOf(person),
    recovery_email: addressOf(person),
  }
  const ask = () => {
    const options = { body, token: people.serviceToken }
    return exchange(people, 'POST', '/create_user', options)
  }
  let answer = await ask()
  // Access tokens live for a quarter of an hour, soaks for longer.
  if (answer.status === 401) {
    await signInService(people)
    answer = await ask()
  }
  remember(people, person, { answer, token: people.serviceToken })
  return toText(answer)
}

interface Told {
  readonly answer: CallAnswer
  readonly token: string
}

function remember({ tasks }: People, person: number, { answer, token }: Told): void {
  const id: unknown = answer.body?.task_id
  if (typeof id === 'string') tasks.set(person, [...(tasks.get(person) ?? []), { id, token }])
}

const staffPorts = {
  ...{ clock: systemClock, random: systemRandom, sealer: ringSealer, site: siteSettings },
} as const

// No route makes accounts without an address yet; the rules know them.
async function createWithoutAddress(people: People, person: number): Promise<string> {
  const { staffWorld } = people.place
  const uses = await openPorts(staffPorts, staffWorld)
  const username = nameOf(person)
  const displayName = displayNameOf(person)
  const wish = { username, displayName, address: null, passwordHash: null, usedOnHost: false }
  await addAccount(staffWorld, { ...wish, state: 'provisioning' })
  const { mailDomain: domain } = uses.site
  const input = { username, display_name: displayName, domain, rid: null }
  return keep(people, await newTask(uses, userCreate, { input }))
}

async function update(people: People, person: number, displayName: string): Promise<string> {
  const { staffWorld, database } = people.place
  const username = nameOf(person)
  const account = await database.accounts.find(username)
  if (account?.state !== 'active') return 'nothing to do'
  const uses = await openPorts(staffPorts, staffWorld)
  const input = { username, display_name: displayName }
  return keep(people, await newTask(uses, userUpdate, { input }))
}

async function keep({ place, diary, expectTask }: People, task: NewTask): Promise<string> {
  const askedMs = Date.now()
  await place.database.transaction((records) => records.tasks.insert(task))
  expectTask(task.id)
  const promise = { path: `task ${task.action}`, username: task.owner, taskId: task.id }
  diary.acknowledgements.push({ ...promise, askedMs, answeredMs: Date.now() })
  return 'kept'
}

async function setPassword(people: People, person: number, password: string): Promise<string> {
  const mails = await people.place.servers.mailbox.mails()
  const own = mails.filter(({ to }) => to.includes(addressOf(person)))
  const tokens = own.flatMap(({ text }) => /token=([\w-]+)/.exec(text)?.[1] ?? [])
  const token = tokens.at(-1)
  if (token === undefined) return 'nothing to do'
  const body = { token, new_password: password }
  const options = { body }
  const answer = await exchange(people, 'POST', '/password_reset', options)
  if (answer.status === 200) {
    people.passwords.set(person, password)
    remember(people, person, { answer, token: answer.body.task_token })
  }
  return toText(answer)
}

async function readTasks(people: People, person: number): Promise<string> {
  const last = people.tasks.get(person)?.at(-1)
  if (last === undefined) return 'nothing to do'
  return call(people, 'GET', `/tasks/${last.id}`, { token: last.token })
}
