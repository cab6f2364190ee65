import { expect, test } from 'vitest'
import { passwordSetPage } from '../../lib/pages/password-set.ts'
import { notFoundPage, problemPage } from '../../lib/pages/problem.ts'
import { setPasswordPage } from '../../lib/pages/set-password.ts'
import { startPage } from '../../lib/pages/start.ts'
import { samplePages } from './sample-pages.ts'

const hostile = '"><script>alert(1)</script>'
const style = { language: 'en', communityName: 'Blåhaj Land' } as const

test.each(samplePages('en'))(
  'the page "$name" has one heading, a title, landmarks and a skip link',
  ({ html }) => {
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(html.match(/<(header|main|footer)\b/g)).toHaveLength(3)
    expect(html).toMatch(/<title>[^<]+ · Blåhaj Land<\/title>/)
    expect(html).toContain('<a class="skip" href="#content">')
  },
)

test.each([...samplePages('en'), ...samplePages('de')])(
  'the page "$name" in $language loads its stylesheet and nothing else',
  ({ html }) => {
    expect(html.match(/<link\b[^>]*>/g)).toEqual(['<link rel="stylesheet" href="/style.css">'])
    expect(html).not.toMatch(/<script|<img|<iframe|\son\w+=|\sstyle=|javascript:|https?:\/\//i)
  },
)

test.each([
  ['en', 'If you ask by a registration instead, the staff read it first.'],
  ['de', 'Fragst du stattdessen mit einer Registrierung, dann liest das Team sie zuerst.'],
] as const)('the start page tells in %s of both ways to an account', (language, sentence) => {
  expect(startPage({ ...style, language })).toContain(sentence)
})

test.each([
  ['en', 'If you have just set your password, all is well.'],
  ['de', 'Wenn du gerade eben dein Passwort gesetzt hast, ist alles gut.'],
] as const)('a link without its token says in %s that it may be done', (language, sentence) => {
  expect(setPasswordPage({ ...style, language, state: 'missing' })).toContain(sentence)
})

test('no text from outside becomes markup', () => {
  const pages = [
    setPasswordPage({ ...style, state: 'form', token: hostile, username: hostile }),
    setPasswordPage({ ...style, communityName: hostile, state: 'expired' }),
    passwordSetPage({ ...style, taskToken: hostile, task: { id: hostile, status: 'pending' } }),
    problemPage({ ...style, communityName: hostile, code: 'unavailable' }),
    notFoundPage({ ...style, communityName: hostile }),
  ]
  for (const html of pages) {
    expect(html).not.toContain('<script')
    expect(html).toContain('&quot;&gt;&lt;script&gt;')
  }
})

test('the form carries the token, and the username only for password managers', () => {
  const html = setPasswordPage({ ...style, state: 'form', token: 't0ken', username: 'robin.k' })
  expect(html).toContain('<form method="post" action="/password_reset">')
  expect(html.match(/name="([^"]+)"/g)).toEqual(
    expect.arrayContaining(['name="token"', 'name="new_password"']),
  )
  expect(html).toContain('value="robin.k" autocomplete="username"')
  expect(html).not.toContain('name="username"')
  expect(html).toContain('autocomplete="new-password"')
  expect(html).not.toContain('aria-invalid')
  expect(html).not.toContain('role="alert"')
})

test('a refused password is said in the title, in an alert and at the field', () => {
  const html = setPasswordPage({
    ...style,
    language: 'de',
    state: 'form',
    token: 't0ken',
    username: 'robin.k',
    problem: 'password_too_short',
  })
  expect(html).toContain('<title>Problem: Wähle dein Passwort')
  expect(html).toContain('role="alert"')
  expect(html).toContain('Das Passwort braucht mindestens 8 Zeichen.')
  expect(html).toContain('aria-describedby="problem rules" aria-invalid="true"')
})

test.each(['expired', 'invalid', 'missing'] as const)(
  'a link that is %s gets advice and no form',
  (state) => {
    const html = setPasswordPage({ ...style, state })
    expect(html).not.toContain('<form')
    expect(html).toContain('What you can do')
  },
)

test.each(['pending', 'running', 'parked'] as const)(
  'a change that is %s can be asked for again',
  (status) => {
    const html = passwordSetPage({ ...style, taskToken: 'tt', task: { id: 'id1', status } })
    expect(html).toContain('<input type="hidden" name="task_id" value="id1">')
    expect(html).toContain('<input type="hidden" name="task_token" value="tt">')
  },
)

test.each(['finished', 'failed', 'cancelled', 'expired'] as const)(
  'a change that is %s has no button',
  (status) => {
    const html = passwordSetPage({ ...style, taskToken: 'tt', task: { id: 'id1', status } })
    expect(html).not.toContain('<form')
    expect(html).not.toContain('tt"')
    expect(html).toContain(`data-state="${status}"`)
  },
)

test('a pending change shows its place and the expected time', () => {
  const task = { id: 'id1', status: 'pending', ahead: 3, expectedSeconds: 24 } as const
  const html = passwordSetPage({ ...style, taskToken: 'tt', task })
  expect(html).toContain('3 other jobs are ahead of yours. It should be done in about 24 seconds.')
})

test.each([
  ['too_many_requests', 'That was a little too often'],
  ['unavailable', 'We cannot do this right now'],
  ['internal', 'Something went wrong on our side'],
  ['not_found', 'There is nothing here'],
  ['unknown_task', 'There is nothing here'],
  ['invalid_input', 'That did not work'],
] as const)('the page of %s says what happened and what to do', (code, heading) => {
  const html = problemPage({ ...style, code, retryAfterSeconds: 240 })
  expect(html).toContain(`<h1>${heading}</h1>`)
  expect(html).toContain('Please try again in 4 minutes.')
})
