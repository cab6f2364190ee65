import { join } from 'node:path'
import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import { startHost } from '../../infra/local/host.ts'
import { displayName, username } from '../../lib/accounts/rules.ts'
import { sshHost } from '../../lib/adapters/ssh.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { newTestWorld } from '../support/world.ts'

const seed = 20_260
const count = 200
const hosts = 4

const letters = 'abzABZ019éÉüßñøåžłğıÆœαΩжЩЯ日本語한글אבגابتกขदक٣४Ⅷ²'
const run = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 })
const separator = fc.string({ unit: fc.constantFrom(..." ,.'-"), minLength: 1, maxLength: 3 })

const displayNames = fc
  .tuple(run, fc.array(fc.tuple(separator, run), { maxLength: 5 }), fc.constantFrom('', '.'))
  .map(([first, rest, end]) => `${first}${rest.flat().join('')}${end}`.normalize('NFC'))
  .filter((name) => displayName().safeParse(name).data === name)

const part = fc.string({ unit: fc.constantFrom(...'abcdefxyz0189'), minLength: 1, maxLength: 7 })
const usernames = fc
  .tuple(part, fc.array(fc.tuple(fc.constantFrom('.', '_'), part), { maxLength: 3 }))
  .map(([first, rest]) => `${first}${rest.flat().join('')}`)
  .filter((name) => username().safeParse(name).data === name)

const domains = fc
  .array(fc.tuple(part, fc.constantFrom('', '-', '--'), part), { minLength: 1, maxLength: 3 })
  .map((labels) => `${labels.map((label) => label.join('')).join('.')}.example`)

interface Person {
  readonly name: string
  readonly shown: string
}

function samplePeople(): readonly Person[] {
  const person = fc.record({ name: usernames, shown: displayNames })
  const people = fc.uniqueArray(person, {
    minLength: count,
    maxLength: count,
    selector: ({ name }) => name,
  })
  return fc.sample(people, { seed, numRuns: 1 })[0] ?? []
}

/** Makes the accounts of one domain through SSH, and tells what the host was asked for. */
async function createAll(folder: string, domain: string, people: readonly Person[]) {
  const local = await startHost({ folder, domain })
  const world = await newTestWorld()
  world.installation.useHost(local)
  const { host } = await openPorts({ host: sshHost }, world.world)
  const seen: unknown[] = []
  try {
    for (const [at, { name, shown }] of people.entries()) {
      const args = { username: name, display_name: shown, domain }
      const task = `names${String(at).padStart(17, '0')}`
      const request = {
        op: 'run',
        verb: 'user_create',
        args,
        task,
        step: 1,
        fence: 1,
        wait: 20,
      } as const
      const answer = await host.ask(request)
      seen.push(answer.seen?.full_name ?? answer)
    }
    // Written by the stand-in for every command line that reached it.
    const received = (await local.received()) as ReadonlyArray<{ args: readonly unknown[] }>
    const created = received.map(({ args }) => args).filter(([, verb]) => verb === 'create')
    return { seen, created }
  } finally {
    await local.stop()
  }
}

test(`${count} generated names and domains reach the host byte for byte`, async () => {
  const people = samplePeople()
  expect(people).toHaveLength(count)
  const share = count / hosts
  const addresses = fc.sample(domains, { seed, numRuns: hosts })
  const work = addresses.map(async (domain, at) => {
    const own = people.slice(at * share, (at + 1) * share)
    const folder = join(inject('ground').folder, `names-${at}`)
    const { seen, created } = await createAll(folder, domain, own)
    const password = { option: '--password=', salt: expect.any(String), sha256: expect.any(String) }
    expect(created).toEqual(
      own.map(({ name, shown }) => [
        ...['user', 'create', name, `--fullname=${shown}`, password, `--domain=${domain}`],
      ]),
    )
    expect(seen).toEqual(own.map(({ shown }) => shown))
  })
  await Promise.all(work)
}, 170_000)
