import type { Language } from '../accounts/account.ts'
import {
  englishRegistrationPages,
  type RegistrationPageMessages,
} from './english-registration-pages.ts'
import { germanRegistrationPages } from './german-registration-pages.ts'

const catalogue: Readonly<Record<Language, RegistrationPageMessages>> = {
  en: englishRegistrationPages,
  de: germanRegistrationPages,
}

/** The sentences of the pages about a registration alone: their scripts carry these and no others. */
export function registrationPageMessages(language: Language): RegistrationPageMessages {
  return catalogue[language]
}
