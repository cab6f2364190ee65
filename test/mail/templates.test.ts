import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderMail } from '../../lib/mail/templates.ts'
import { mailedLink as link, sampleMails as templates } from './sample-mails.ts'

const site = { communityName: 'Blåhaj Land', mailDomain: 'example.org' }
const languages = ['en', 'de'] as const

const cases = languages.flatMap((language) =>
  templates().map((mail) => ({ language, mail, title: `${mail.template} in ${language}` })),
)

/** What a reader of the HTML sees. */
function readHtml(html: string): string {
  return html
    .replace(/<(style|title)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

test.each(cases)('$title says the same in text and HTML', ({ language, mail }) => {
  const { text, html } = renderMail(mail, { language, site })
  const seen = readHtml(html)
  for (const line of text.split('\n').filter((each) => each !== '' && each !== '-- ')) {
    for (const part of line.split(/: |:$/)) expect(seen).toContain(part)
  }
})

test.each(cases)('$title shows the link as text and loads nothing', ({ language, mail }) => {
  const { text, html } = renderMail(mail, { language, site })
  expect(html).toContain(`<html lang="${language}">`)
  expect(html).not.toMatch(/<(img|script|link|iframe|object|form)\b|url\(|@import/i)
  const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address)
  if (!('link' in mail)) return expect(addresses).toEqual([])
  expect(text).toContain(`\n${link}\n`)
  expect(readHtml(html)).toContain(link)
  expect(new Set(addresses)).toEqual(new Set([link.replace('&', '&amp;')]))
})

test.each(cases)('$title has a subject that no user text can change', ({ language, mail }) => {
  const { subject } = renderMail(mail, { language, site })
  const other = { ...mail, username: 'x', displayName: '\r\nBcc: x@example.org' }
  expect(renderMail(other, { language, site }).subject).toBe(subject)
  expect(subject).toMatch(/^[^\p{Cc}]{10,70}$/u)
})

test('names are escaped in the HTML of every mail', () => {
  const name = '<img src=//x> & "Bobby"'
  for (const mail of templates(name)) {
    const { html } = renderMail(mail, { language: 'en', site })
    expect(html).not.toContain('<img')
    if (!Object.values(mail).includes(name)) continue
    expect(html).toContain('&lt;img src=//x&gt; &amp; &quot;Bobby&quot;')
  }
})

test('no text that a person chose becomes markup', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'<>"\'&=/ a'), minLength: 1, maxLength: 40 })
  const count = (html: string) => html.match(/</g)?.length
  fc.assert(
    fc.property(hostile, fc.constantFrom(...languages), (name, language) => {
      for (const [index, mail] of templates(`x${name}`).entries()) {
        const plain = templates()[index] ?? mail
        const expected = count(renderMail(plain, { language, site }).html)
        expect(count(renderMail(mail, { language, site }).html)).toBe(expected)
      }
    }),
  )
})

test('the welcome mail tells username and new mail address', () => {
  const [welcome] = templates()
  if (welcome === undefined) throw new Error('there is a welcome mail')
  const { text } = renderMail(welcome, { language: 'de', site })
  expect(text).toContain('Dein Benutzername: robin.k')
  expect(text).toContain('Deine neue Mailadresse: robin.k@example.org')
  expect(text).toContain('7 Tage')
})

test('the reset mail tells that its link lives 60 minutes', () => {
  const reset = templates()[1]
  if (reset === undefined) throw new Error('there is a reset mail')
  expect(renderMail(reset, { language: 'en', site }).text).toContain('within 60 minutes')
})
