import { expect, test } from 'vitest'
import { toCommandLine } from '../../lib/yunohost/command-line.ts'

test.each([
  [
    {
      verb: 'user_create',
      args: { username: 'robin', display_name: "Ro' O", domain: 'a.example' },
    },
    "yunohost user create robin --fullname='Ro'\\'' O' --domain=a.example --password=…",
  ],
  [
    { verb: 'user_password', args: { username: 'robin' } },
    'yunohost user update robin --change-password=…',
  ],
  [
    { verb: 'user_update', args: { username: 'robin', display_name: '$(id)' } },
    "yunohost user update robin --fullname='$(id)'",
  ],
  [{ verb: 'user_delete', args: { username: 'robin' } }, 'yunohost user delete robin'],
  [
    { verb: 'user_delete', args: { username: 'robin', purge: true } },
    'yunohost user delete robin --purge',
  ],
  [{ verb: 'user_permissions_sync', args: {} }, 'yunohost user permission ldapsync'],
] as const)('%j reads %s', (command, line) => {
  expect(toCommandLine(command)).toBe(line)
})
