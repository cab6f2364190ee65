import { registrationPageMessages } from '../../lib/language/registration-pages.ts'
import { type ManagerOutcome, runManagerForm } from '../../lib/pages/registration-actions.ts'
import { decisionContent, decisionTitle } from '../../lib/pages/registration-decision.ts'
import { isTooLate } from '../../lib/pages/registration-problem.ts'
import type { ManagerView } from '../../lib/pages/registration-view.ts'
import { managerApi } from './api.ts'
import type { Browser } from './browser.ts'
import { startPage } from './page.ts'

const lookSeconds = 20

/** The script of the decision page. */
function startDecisionPage(browser: Browser): void {
  startPage<ManagerView, ManagerOutcome | 'show'>(browser, {
    kind: 'decision',
    begin: async () => undefined,
    run: async (credentials, fields) =>
      (await runManagerForm(managerApi(browser, credentials), fields)) ?? 'show',
    read: (credentials) => managerApi(browser, credentials).read(),
    show: (registration, page, done) => {
      const { decision } = registrationPageMessages(page.language)
      const notice = done && done !== 'show' ? decision.done[done] : undefined
      const shown = { ...page, registration, notice }
      const nextLookSeconds = registration.status === 'pending' ? lookSeconds : undefined
      return { title: decisionTitle(shown), content: decisionContent(shown), nextLookSeconds }
    },
    explain: (view, { action }, language) =>
      isTooLate(action, view) ? registrationPageMessages(language).decision.tooLate : undefined,
    forget: () => undefined,
  })
}

// The browser is all that its interface says and more.
startDecisionPage(globalThis as unknown as Browser)
