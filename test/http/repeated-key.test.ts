import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasRepeatedKey } from '../../lib/http/repeated-key.ts'

test.each([
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":1}',
  '{"a":{"b":[{"c":1},{"c":1,"c":2}]}}',
  '{"":1,"":1}',
  '{"a\\"":1,"b":{},"a\\"":1}',
  '{"a":{"b":1},"a":1}',
  '{"__proto__":1,"__proto__":1}',
])('%s names a key twice', (json) => {
  expect(hasRepeatedKey(json)).toBe(true)
})

test('what JSON.stringify writes names none twice, whatever its texts hold', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(hasRepeatedKey(JSON.stringify(JSON.parse(json)))).toBe(false)
    }),
  )
})

test('a key that comes again is found wherever it stands', () => {
  const texts = fc.uniqueArray(fc.oneof(fc.string(), fc.constantFrom('"', '\\', ':', '{', '}')), {
    minLength: 1,
  })
  fc.assert(
    fc.property(texts, fc.nat(), (keys, pick) => {
      const members = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(key)}`)
      expect(hasRepeatedKey(`{${members.join(',')}}`)).toBe(false)
      const again = members[pick % members.length]
      expect(hasRepeatedKey(`{${[...members, again].join(' , ')}}`)).toBe(true)
    }),
  )
})
