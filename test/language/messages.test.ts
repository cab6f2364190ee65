import { expect, test } from 'vitest'
import { type FailureCode, failures } from '../../lib/failure.ts'
import { formatAmount, formatMoment, formatWait } from '../../lib/language/formats.ts'
import { mailMessagesFor } from '../../lib/language/mail-messages.ts'
import { messagesFor } from '../../lib/language/messages.ts'
import { registrationPageMessages } from '../../lib/language/registration-pages.ts'

const codes = Object.keys(failures).filter((code): code is FailureCode => code in failures)

/** Every sentence of a catalogue by its path, functions called with sample values. */
function flatten(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return path === '.failure' ? [] : [[path, String(value(2, 2))]]
  return Object.entries(value ?? {}).flatMap(([key, entry]) => flatten(entry, `${path}.${key}`))
}

function sentences(language: 'en' | 'de') {
  const registrations = registrationPageMessages(language)
  const mails = mailMessagesFor(language)
  const { moment, ...passwordChanged } = mails.passwordChanged
  const ofMails = { ...mails, passwordChanged, at: moment(new Date(0)) }
  return flatten({ ...messagesFor(language), registrations, mails: ofMails })
}

test('both languages have the same sentences, none empty', () => {
  expect(sentences('de').map(([path]) => path)).toEqual(sentences('en').map(([path]) => path))
  for (const language of ['en', 'de'] as const) {
    for (const [, sentence] of sentences(language)) expect(sentence.trim()).not.toBe('')
  }
})

test('no sentence stayed English in the German catalogue', () => {
  const english = new Map(sentences('en'))
  const same = sentences('de').filter(([path, text]) => english.get(path) === text)
  // A title is put together of two other texts in both languages alike.
  expect(same).toEqual([['.layout.titleOf', '2 · 2']])
})

test.each(codes)('%s has a sentence in both languages', (code) => {
  expect(messagesFor('en').failure(code)).toBe(failures[code].text)
  expect(messagesFor('de').failure(code)).not.toBe(failures[code].text)
  expect(messagesFor('de').failure(code).length).toBeGreaterThan(10)
})

test('German says du, never Sie', () => {
  const text = sentences('de').map(([, sentence]) => sentence)
  for (const sentence of [...text, ...codes.map(messagesFor('de').failure)]) {
    expect(sentence).not.toMatch(/\b(Ihnen|Ihre?|Ihres|Ihrem|Ihren)\b|\bSie\b(?! )/)
  }
})

test('plurals follow the language', () => {
  expect(messagesFor('en').passwordSet.ahead(0)).toBe('It is next.')
  expect(messagesFor('en').passwordSet.ahead(1)).toBe('1 other job is ahead of yours.')
  expect(messagesFor('en').passwordSet.ahead(1200)).toBe('1,200 other jobs are ahead of yours.')
  expect(messagesFor('de').passwordSet.ahead(0)).toBe('Du bist als Nächstes dran.')
  expect(messagesFor('de').passwordSet.ahead(1)).toBe('1 anderer Auftrag kommt vor deinem.')
  expect(messagesFor('de').passwordSet.ahead(1200)).toBe('1.200 andere Aufträge kommen vor deinem.')
})

test('moments are in UTC and say so', () => {
  const moment = new Date('2026-11-20T14:03:00Z')
  expect(formatMoment(moment, 'en')).toBe('20 November 2026 at 14:03 UTC')
  expect(formatMoment(moment, 'de')).toBe('20. November 2026 um 14:03 UTC')
})

test.each([
  [0, '1 second', '1 Sekunde'],
  [19.2, '20 seconds', '20 Sekunden'],
  [121, '3 minutes', '3 Minuten'],
  [7201, '3 hours', '3 Stunden'],
] as const)('a wait of %d seconds is %j', (seconds, english, german) => {
  expect(formatWait(seconds, 'en')).toBe(english)
  expect(formatWait(seconds, 'de')).toBe(german)
})

test('amounts are counted in words', () => {
  expect(formatAmount(7, 'day', 'en')).toBe('7 days')
  expect(formatAmount(1, 'day', 'de')).toBe('1 Tag')
})
