import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readGateAnswer, toGateDocument } from '../../lib/adapters/gate-wire.ts'
import type { GateRequest } from '../../lib/yunohost/gate.ts'

const request = {
  op: 'read',
  verb: 'names',
  args: {},
  task: 'N'.repeat(22),
  step: 1,
  fence: 1,
  wait: 0,
} as const satisfies GateRequest

const whole = {
  ...{ v: 1, task: request.task, step: 1, state: 'done', exit: null, class: 'ok', key: null },
  ...{ text: '', log: null, seconds: 0.2, output: '', met: null },
}
const good = {
  reserved: ['admins', 'mail.main'],
  apps: ['wiki'],
  people: [{ username: 'robin', full_names: ['dalida'], aliases: ['songs'] }],
}

function read(names: unknown) {
  return readGateAnswer(JSON.stringify({ ...whole, names }), request)
}

test('the question goes as a read without values', () => {
  expect(toGateDocument(request)).toEqual({ v: 1, ...request })
})

test('every list of names arrives as it was sent', () => {
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((one) => one.length <= 64),
    fc.constantFrom('__proto__', 'constructor', '$ne', '\u0000', '"', '\\', 'x'.repeat(64)),
  )
  const list = fc.array(name, { maxLength: 8 })
  const person = fc.record({ username: name, full_names: list, aliases: list })
  const names = fc.record({ reserved: list, apps: list, people: fc.array(person) })
  fc.assert(
    fc.property(names, (sent) => {
      const given = read(sent)?.names
      expect(JSON.stringify(given)).toBe(JSON.stringify(sent))
    }),
  )
})

describe('what is no list of names as a whole is none, and the answer stays one', () => {
  const [person] = good.people
  test.each([
    ['a text', 'admins'],
    ['a list', ['admins']],
    ['without groups', { ...good, reserved: undefined }],
    ['without apps', { ...good, apps: undefined }],
    ['without people', { ...good, people: undefined }],
    ['with a number', { ...good, reserved: ['admins', 1] }],
    ['with an empty name', { ...good, apps: [''] }],
    ['with a name that is too long', { ...good, reserved: ['x'.repeat(65)] }],
    ['with a person that is a name', { ...good, people: ['robin'] }],
    ['with a person without a username', { ...good, people: [{ ...person, username: null }] }],
    ['with a person without lists', { ...good, people: [{ username: 'robin' }] }],
  ])('%s', (_what, names) => {
    const answer = read(names)
    expect(answer).toMatchObject({ state: 'done', class: 'ok' })
    expect(answer?.names).toBeUndefined()
  })
})

test('fields that nobody asked for stay behind', () => {
  const people = good.people.map((one) => ({ ...one, password: 'x' }))
  expect(read({ ...good, people, more: 1 })?.names).toEqual(good)
})
