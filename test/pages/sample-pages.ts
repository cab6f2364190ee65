import type { Language } from '../../lib/accounts/account.ts'
import { passwordSetPage } from '../../lib/pages/password-set.ts'
import { notFoundPage, problemPage } from '../../lib/pages/problem.ts'
import { setPasswordPage } from '../../lib/pages/set-password.ts'
import { startPage } from '../../lib/pages/start.ts'

/** One of each kind of page, by a path to serve it under. */
export function samplePages(language: Language) {
  const style = { language, communityName: 'Blåhaj Land' } as const
  const link = { state: 'form', token: 't0ken', username: 'robin.k' } as const
  const waiting = { id: 'id1', status: 'pending', ahead: 3, expectedSeconds: 24 } as const
  const pages = {
    start: startPage(style),
    form: setPasswordPage({ ...style, ...link }),
    refused: setPasswordPage({ ...style, ...link, problem: 'password_too_simple' }),
    expired: setPasswordPage({ ...style, state: 'expired' }),
    missing: setPasswordPage({ ...style, state: 'missing' }),
    pending: passwordSetPage({ ...style, taskToken: 'tt', task: waiting }),
    finished: passwordSetPage({
      ...style,
      taskToken: 'tt',
      task: { id: 'id1', status: 'finished' },
    }),
    failed: passwordSetPage({ ...style, taskToken: 'tt', task: { id: 'id1', status: 'failed' } }),
    busy: problemPage({ ...style, code: 'too_many_requests', retryAfterSeconds: 240 }),
    down: problemPage({ ...style, code: 'unavailable', retryAfterSeconds: 5 }),
    nothing: notFoundPage(style),
  }
  return Object.entries(pages).map(([name, html]) => ({ name, language, html }))
}
