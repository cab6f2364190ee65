import { registrationPageMessages } from '../../lib/language/registration-pages.ts'
import { type AskerOutcome, runAskerForm } from '../../lib/pages/registration-actions.ts'
import { type Stage, stageOf, withdrawnView } from '../../lib/pages/registration-stage.ts'
import { statusContent, statusTitle } from '../../lib/pages/registration-status.ts'
import type { AskerView } from '../../lib/pages/registration-view.ts'
import { askerApi, confirmAddress } from './api.ts'
import type { Browser } from './browser.ts'
import { startPage } from './page.ts'

const lookSeconds: Readonly<Partial<Record<Stage, number>>> = {
  waiting: 30,
  asked: 30,
  making: 3,
  stuck: 60,
}

/** The script of the status page. */
function startStatusPage(browser: Browser): void {
  // Shown once and kept nowhere but here: the next look must not take it off the page, but another registration must.
  let rid: string | undefined
  let password: string | undefined
  startPage<AskerView, AskerOutcome>(browser, {
    kind: 'status',
    begin: (credentials) => {
      if (credentials.rid !== rid) password = undefined
      rid = credentials.rid
      return confirmAddress(browser, credentials)
    },
    run: async (credentials, fields) => {
      const done = await runAskerForm(askerApi(browser, credentials), fields)
      if (credentials.rid === rid) password = done.password ?? password
      return done
    },
    read: async (credentials, done) =>
      done?.isWithdrawn ? withdrawnView : askerApi(browser, credentials).read(),
    show: (registration, page, done) => {
      const { asked } = registrationPageMessages(page.language).status
      const notice = done?.isAnswered ? asked.done : undefined
      const shown = { ...page, registration, password, notice }
      const stage = stageOf(registration, page.targets)
      return {
        title: statusTitle(shown),
        content: statusContent(shown),
        nextLookSeconds: lookSeconds[stage],
        isOver: stage === 'withdrawn',
      }
    },
    explain: () => undefined,
    forget: () => {
      rid = undefined
      password = undefined
    },
  })
}

// The browser is all that its interface says and more.
startStatusPage(globalThis as unknown as Browser)
