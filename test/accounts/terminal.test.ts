import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, inject, test } from 'vitest'
import { hostPython } from '../../infra/local/host-python.ts'
import { projectFile } from '../../infra/project.ts'
import { compiledOnce } from '../support/compiled.ts'
import { newTestWorld, type TestWorld } from '../support/world.ts'

const password = 'Kastanie-7-Regenbogen'
const asStaff = ['change', '--username', 'robin', '--role', 'staff', '--new-password']

// Types each answer when its question stands on the terminal, and prints what the terminal showed.
const typist = `
import json, os, pty, sys
answers, command = json.loads(sys.stdin.read()), sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
seen = b""
while True:
    try:
        seen += os.read(terminal, 4096)
    except OSError:
        break
    while answers and answers[0][0].encode() in seen:
        os.write(terminal, answers.pop(0)[1].encode())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen.decode())
`

async function atTerminal(world: TestWorld, answers: readonly (readonly [string, string])[]) {
  const uri = inject('ground').databaseUri.replace('DATABASE', world.db.databaseName)
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...compiledOnce(), MONGODB_URI: uri }
  const command = [process.execPath, projectFile('infra/accounts.ts'), ...asStaff]
  const child = spawn(hostPython(), ['-c', typist, ...command], { env })
  child.stdin.end(JSON.stringify(answers))
  const [shown] = await Promise.all([text(child.stdout), once(child, 'close')])
  return shown
}

test('at a terminal an account is changed after a yes, with a password that is not shown', async () => {
  const world = await newTestWorld()
  await world.addAccount({ username: 'robin', usedOnHost: false })
  const shown = await atTerminal(world, [
    ['Do this? [y/N]', 'y\n'],
    ['New password: ', `${password}\r`],
    ['Once more: ', `${password}\r`],
  ])
  expect(shown).toMatch(/^0 /)
  expect(shown).toContain('The account robin (staff) was changed in the database')
  expect(shown).not.toContain(password)
  const login = { body: { username: 'robin', password } }
  expect((await world.call('POST', '/login', login)).body).toMatchObject({ role: 'staff' })
}, 60_000)

test.each(['n\n', '\n'])(
  'at a terminal an account stays as it is after %j',
  async (answer) => {
    const world = await newTestWorld()
    const before = await world.addAccount({ username: 'robin' })
    const shown = await atTerminal(world, [['Do this? [y/N]', answer]])
    expect(shown).not.toContain('New password')
    expect(await world.database.accounts.find('robin')).toEqual(before)
  },
  60_000,
)

test('at a terminal a password that is typed in two ways changes nothing', async () => {
  const world = await newTestWorld()
  const before = await world.addAccount({ username: 'robin', usedOnHost: false })
  const shown = await atTerminal(world, [
    ['Do this? [y/N]', 'y\n'],
    ['New password: ', `${password}\r`],
    ['Once more: ', 'Kastanie-8-Regenbogen\r'],
  ])
  expect(shown).toContain('That was another password. Nothing was changed.')
  expect(await world.database.accounts.find('robin')).toEqual(before)
}, 60_000)
