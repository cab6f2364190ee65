import type { Language } from '../accounts/account.ts'
import { english, type Messages } from './english.ts'
import { german } from './german.ts'

const catalogue: Readonly<Record<Language, Messages>> = { en: english, de: german }

/** The sentences of the pages but those about a registration. They are plain text: whoever puts them into HTML escapes them. */
export function messagesFor(language: Language): Messages {
  return catalogue[language]
}
