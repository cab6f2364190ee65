import { expect, test } from 'vitest'
import { markup } from '../../lib/language/markup.ts'

test('a template that is given a promise says so instead of printing it', () => {
  // @ts-expect-error: the types refuse it, and what is not typed has to be told.
  expect(() => markup`<p>${Promise.resolve('later')}</p>`).toThrow(/values, never promises/)
})
