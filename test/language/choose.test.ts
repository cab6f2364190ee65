import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLanguage } from '../../lib/language/choose.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['*', undefined],
  ['fr-FR, fr;q=0.9', undefined],
  ['de', 'de'],
  ['DE-at', 'de'],
  ['en-US,en;q=0.9,de;q=0.8', 'en'],
  ['fr;q=1, de;q=0.7, en;q=0.8', 'en'],
  ['en;q=0.1, de', 'de'],
  ['de;q=0, en;q=0.5', 'en'],
  ['de;q=0', undefined],
  ['de;q=9, en;q=0.1', 'en'],
  ['de;q=abc', undefined],
  ['en, de', 'en'],
  ['de, en', 'de'],
  ['den, deutsch', undefined],
])('%j chooses %j', (header, language) => {
  expect(chooseLanguage(header)).toBe(language)
})

test('any header is answered with a language of ours or none', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(['en', 'de', undefined]).toContain(chooseLanguage(header))
    }),
  )
})

test('a header of 50 kB is judged without trying every split', () => {
  for (const unit of [',', ';', 'de;q=0.', ' ', 'q=1;']) {
    const start = performance.now()
    chooseLanguage(unit.repeat(50_000 / unit.length))
    expect(performance.now() - start).toBeLessThan(2_000)
  }
})
