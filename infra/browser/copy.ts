import { registrationPageMessages } from '../../lib/language/registration-pages.ts'
import type { RegistrationPage } from '../../lib/pages/registration-view.ts'
import type { Browser, DomEvent } from './browser.ts'
import type { Screen } from './screen.ts'

/** Copies the text that a button names, and says whether the browser did. */
export async function copyOnClick(
  { document, navigator }: Browser,
  { target }: DomEvent,
  { look, screen }: { readonly look: RegistrationPage; readonly screen: Screen },
): Promise<void> {
  const button = target?.closest('[data-copy]')
  const text = document.getElementById(button?.dataset['copy'] ?? '')?.textContent
  if (!button || !text) return
  const words = registrationPageMessages(look.language).status.password
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (isCopied) button.textContent = words.copied
  screen.tell(isCopied ? words.copied : words.notCopied)
}
