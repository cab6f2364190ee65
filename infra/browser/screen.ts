import type { Tree } from '../../lib/pages/tree.ts'
import type { Browser, DomElement } from './browser.ts'
import { toNodes } from './dom.ts'

/** What a person sees and hears of the page. */
export interface Screen {
  /** Shows other content. After something that the person did the focus goes to it; a mere look only says the news. */
  put(content: Tree, title: string, reason: 'look' | 'action'): void
  /** Puts a refusal above what is there, so that nothing that was typed is lost. */
  refuse(problem: Tree): void
  setBusy(isBusy: boolean): void
  /** Whether the person has typed something since the content came. */
  isTyping(): boolean
  isShowing(title: string): boolean
  tell(news: string): void
}

/** The screen of a page made by lib/pages/registration-layout.ts. */
export function newScreen(
  { document }: Browser,
  root: DomElement,
  news: DomElement | null,
): Screen {
  // What stands behind the title in the tab: the name of the community.
  const ending = document.title.slice(document.title.lastIndexOf(' · '))
  let hasTyped = false
  root.addEventListener('input', () => {
    hasTyped = true
  })
  const screen: Screen = {
    put(content, title, reason) {
      const hadFocus = root.contains(document.activeElement)
      const isNews = !screen.isShowing(title)
      root.replaceChildren(...toNodes(document, content))
      document.title = `${title}${ending}`
      hasTyped = false
      if (reason === 'action' || hadFocus) {
        // What the focus tells is not to stand below older news.
        screen.tell('')
        focusOnNew(document)
      } else if (isNews) screen.tell(title)
    },
    refuse(problem) {
      document.getElementById('outcome')?.remove()
      document.getElementById('title')?.after(...toNodes(document, problem))
      focusOnNew(document)
    },
    setBusy(isBusy) {
      root.setAttribute('aria-busy', String(isBusy))
      for (const button of root.querySelectorAll('button[type=submit]')) {
        if (isBusy) button.setAttribute('disabled', '')
        else button.removeAttribute('disabled')
      }
    },
    isTyping: () => hasTyped,
    isShowing: (title) => document.title === `${title}${ending}`,
    tell(text) {
      if (news) news.textContent = text
    },
  }
  return screen
}

function focusOnNew(document: Browser['document']): void {
  const place = document.getElementById('outcome') ?? document.getElementById('title')
  place?.focus()
}
