import type { Language } from '../accounts/account.ts'
import { englishMails, type MailMessages } from './english-mails.ts'
import { germanMails } from './german-mails.ts'

const catalogue: Readonly<Record<Language, MailMessages>> = { en: englishMails, de: germanMails }

/** The sentences of mails in one language, apart from those of pages: few functions need both. */
export function mailMessagesFor(language: Language): MailMessages {
  return catalogue[language]
}
