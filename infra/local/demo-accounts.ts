import { randomBytes } from 'node:crypto'
import { createOperatorAccount, type OperatorUses } from '../../lib/accounts/operator-account.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { systemClock } from '../../lib/adapters/system.ts'
import { openPorts, type World } from '../../lib/adapters/world.ts'
import { hashPassword } from '../../lib/crypto/password-hash.ts'
import type { Host } from '../../lib/ports.ts'
import { forgetTries } from '../../lib/sessions/sign-in-key.ts'
import type { HostVerb } from '../../lib/yunohost/gate.ts'
import { mailDomain } from './installation.ts'

/** How to sign in as one of the demo accounts. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The accounts of a local run by role. */
export type DemoAccounts = Readonly<Record<'service' | 'staff' | 'member', Credentials>>

interface Person extends Credentials {
  readonly role: keyof DemoAccounts
  readonly displayName: string
  readonly address: string | null
}

/** Makes the demo accounts or gives them new passwords; people get the same one on the stand-in host. */
export async function putDemoAccounts(world: World): Promise<DemoAccounts> {
  const site = { ...newCredentials('signup.site'), displayName: 'Sign-up site', address: null }
  const sam = {
    ...newCredentials('sam.staff'),
    displayName: 'Sam Reed',
    address: 'sam@mail.example',
  }
  const mia = {
    ...newCredentials('mia.member'),
    displayName: 'Mia Brook',
    address: 'mia@mail.example',
  }
  const { database, clock } = await openPorts(
    { database: mongoDatabase, clock: systemClock },
    world,
  )
  const people: readonly Person[] = [
    { ...site, role: 'service' },
    { ...sam, role: 'staff' },
    { ...mia, role: 'member' },
  ]
  for (const person of people) await putAccount({ database, clock }, person)
  const { host } = await openPorts({ host: sshHost }, world)
  for (const person of [sam, mia]) {
    await putOnHost(host, person)
    await database.accounts.update(person.username, { usedOnHost: true })
  }
  return { service: pick(site), staff: pick(sam), member: pick(mia) }
}

async function putAccount(uses: OperatorUses, person: Person): Promise<void> {
  const { database } = uses
  const { username, role, password } = person
  if ((await database.accounts.find(username)) === undefined) {
    return createOperatorAccount(uses, { ...person, language: 'en' })
  }
  // The host gets the same one without the queue, so that it is there when the start is over.
  const passwordHash = await hashPassword(password)
  await database.accounts.update(username, { role, passwordHash })
  await database.sessions.endAll(username)
  await forgetTries(database, username)
}

function newCredentials(username: string): Credentials {
  // The beginning meets every rule about kinds of characters, whatever the random part is.
  return { username, password: `Gx7-${randomBytes(12).toString('base64url')}` }
}

function pick({ username, password }: Credentials): Credentials {
  return { username, password }
}

async function putOnHost(host: Host, person: Credentials & { displayName: string }): Promise<void> {
  const { username, password, displayName } = person
  const task = randomBytes(16).toString('base64url')
  const about = { task, step: 1, fence: 1, wait: 60 }
  const read = await host.ask({ ...about, op: 'read', verb: 'user', args: { username } })
  const isThere = read.seen?.state === 'complete'
  const verb: HostVerb = isThere ? 'user_password' : 'user_create'
  const create = { username, display_name: displayName, domain: mailDomain }
  const args = isThere ? { username } : create
  const answer = await host.ask({ ...about, op: 'run', verb, args, secrets: { password } })
  if (answer.class !== 'ok')
    throw new Error(`The stand-in host refused ${username}: ${answer.text}`)
  await host.ask({ ...about, op: 'forget' })
}
