import { expect, test } from 'vitest'
import { fileCommonPasswords } from '../../lib/adapters/common-passwords.ts'
import { ringSealer } from '../../lib/adapters/keys.ts'
import { mongoDatabase } from '../../lib/adapters/mongo/database.ts'
import { bcryptHasher } from '../../lib/adapters/password-hasher.ts'
import { siteSettings } from '../../lib/adapters/settings.ts'
import { sqsDoorbell } from '../../lib/adapters/sqs.ts'
import { jsonLog, systemClock, systemRandom } from '../../lib/adapters/system.ts'
import { openPorts } from '../../lib/adapters/world.ts'
import { isPassword } from '../../lib/crypto/password-hash.ts'
import { hashToken } from '../../lib/crypto/token.ts'
import { issueLink } from '../../lib/passwords/issue-link.ts'
import { setPassword } from '../../lib/passwords/set-password.ts'
import type { Database } from '../../lib/ports.ts'
import { usualPassword } from '../support/people.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const table = {
  clock: systemClock,
  random: systemRandom,
  log: jsonLog,
  database: mongoDatabase,
  doorbell: sqsDoorbell,
  sealer: ringSealer,
  site: siteSettings,
  commonPasswords: fileCommonPasswords,
  passwordHasher: bcryptHasher,
}
const password = 'Kastanie-7-Regenbogen'

/** A world with a link of robin's, and the use case over real parts of which some are replaced. */
async function newRace(replace: (database: Database, world: TestWorld) => Partial<Database>) {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin' })
  const uses = await openPorts(table, world.world)
  const token = await uses.database.transaction((records) =>
    issueLink(uses, records, { username: 'robin', purpose: 'reset_password' }),
  )
  const database = { ...uses.database, ...replace(uses.database, world) }
  return { world, set: () => setPassword({ ...uses, database }, { token, password }), token }
}

async function isUnchanged({ database, db }: TestWorld): Promise<boolean> {
  const hash = (await database.accounts.find('robin'))?.passwordHash ?? null
  const tasks = await db.collection('tasks_queue').countDocuments()
  return tasks === 0 && (await isPassword(usualPassword, hash))
}

/** Links of which something happens right after one was held for its user. */
function afterHold(database: Database, happens: (tokenHash: string) => Promise<unknown>) {
  const hold: Database['links']['hold'] = async (tokenHash, now) => {
    const isHeld = await database.links.hold(tokenHash, now)
    await happens(tokenHash)
    return isHeld
  }
  return { links: { ...database.links, hold } }
}

test('a link that somebody else uses up in the meantime sets nothing', async () => {
  const { world, set } = await newRace((database, { clock }) =>
    afterHold(database, (tokenHash) => database.links.spend(tokenHash, clock.now())),
  )
  await expect(set()).rejects.toMatchObject({ code: 'link_invalid' })
  expect(await isUnchanged(world)).toBe(true)
})

test('the link of an account that is suspended in the meantime sets nothing', async () => {
  const { world, set } = await newRace((database) =>
    afterHold(database, () => database.accounts.update('robin', { state: 'suspended' })),
  )
  await expect(set()).rejects.toMatchObject({ code: 'link_invalid' })
  expect(await isUnchanged(world)).toBe(true)
})

test('the link of an account that vanishes in the meantime is invalid', async () => {
  const { set } = await newRace((database, { db }) => {
    const find: Database['accounts']['find'] = async (username) => {
      const account = await database.accounts.find(username)
      await db.collection('accounts').deleteOne({ username })
      return account
    }
    return { accounts: { ...database.accounts, find } }
  })
  await expect(set()).rejects.toMatchObject({ code: 'link_invalid' })
})

const lost = () => Promise.reject(new Error('The connection is lost'))

test('a link that cannot be given back does not hide why the password was not set', async () => {
  const { world, set, token } = await newRace((database) => ({
    links: { ...database.links, release: lost },
    transaction: () => Promise.reject(new RangeError('The reason')),
  }))
  await expect(set()).rejects.toThrow('The reason')
  expect(await isUnchanged(world)).toBe(true)
  expect(await world.database.links.find(hashToken(token))).toMatchObject({ usedAt: null })
})

test('a password that is set stays so where earlier wrong tries cannot be forgotten', async () => {
  const { world, set } = await newRace((database) => ({
    counters: { ...database.counters, forgetAll: lost },
  }))
  expect(await set()).toMatchObject({ taskId: expect.any(String) })
  const hash = (await world.database.accounts.find('robin'))?.passwordHash ?? null
  expect(await isPassword(password, hash)).toBe(true)
})
