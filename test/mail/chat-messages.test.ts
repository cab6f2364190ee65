import { expect, test } from 'vitest'
import * as messages from '../../lib/mail/chat-messages.ts'

const hostile = '@everyone <@&1> [x](http://e) ``` || **a** _b_ \u200b\u202e # > - \\ \ud800'

const all = {
  accountCreated: messages.accountCreated({
    username: hostile,
    displayName: hostile,
    discordName: hostile,
    createdBy: hostile,
  }),
  accountFailed: messages.accountFailed({ username: hostile, reason: hostile }),
  passwordRefused: messages.passwordRefused({ username: hostile, reason: hostile }),
  resetWithoutAddress: messages.resetWithoutAddress({ username: hostile }),
  taskParked: messages.taskParked({
    id: hostile,
    action: hostile,
    resource: hostile,
    reason: hostile,
  }),
  laneStopped: messages.laneStopped({ lane: 'host', reason: hostile }),
}

test.each(Object.entries(all))(
  '%s pings staff and lets no user text be markup',
  (_name, message) => {
    expect(message.ping).toBe(true)
    expect(message.title).toMatch(/^[A-Z][\w ,]+$/)
    for (const { value } of message.fields) {
      expect(value).not.toMatch(/(?<!\\)[*_~|[\]()<@`#]/)
      expect(value).not.toMatch(/(?!\u200b)[\p{Cc}\p{Cf}\p{Cs}]/u)
      expect(value).not.toContain('://')
    }
  },
)

test('a text of any length fits into a field', () => {
  const long = '*'.repeat(50_000)
  const { fields } = messages.accountFailed({ username: long, reason: long })
  for (const { value } of fields) expect(value.length).toBeLessThanOrEqual(1_024)
})

test('what is not known has no field', () => {
  const { fields } = messages.accountCreated({
    username: 'robin',
    displayName: 'Robin',
    discordName: null,
    createdBy: 'signup',
  })
  expect(fields).toEqual([
    { name: 'Username', value: 'robin' },
    { name: 'Display name', value: 'Robin' },
    { name: 'Asked for by', value: 'signup' },
  ])
})
