import type { Language } from '../accounts/account.ts'

// British English: day before month, as the rest of the sentence is not American either.
const locales: Record<Language, string> = { en: 'en-GB', de: 'de-DE' }

/** A moment with its zone, in UTC: a mail does not know where its reader is. */
export function formatMoment(moment: Date, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(moment)
}

/** A moment where its reader is: for a page whose script knows that. */
export function formatLocalMoment(moment: Date, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], {
    dateStyle: 'long',
    timeStyle: 'short',
  }).format(moment)
}

/** An amount of one unit of time, such as `7 days`. */
export function formatAmount(amount: number, unit: TimeUnit, language: Language): string {
  return new Intl.NumberFormat(locales[language], {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(amount)
}

/** Units of time that sentences are made with. */
export type TimeUnit = 'second' | 'minute' | 'hour' | 'day'

/** A wait in the largest unit that fits, rounded up, so that nobody comes back too early. */
export function formatWait(seconds: number, language: Language): string {
  const whole = Math.max(1, Math.ceil(seconds))
  if (whole < 100) return formatAmount(whole, 'second', language)
  if (whole < 100 * 60) return formatAmount(Math.ceil(whole / 60), 'minute', language)
  return formatAmount(Math.ceil(whole / 3600), 'hour', language)
}

/** A whole number as people write it in that language. */
export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(locales[language]).format(value)
}

/** One of two wordings, by the plural rules of the language. */
export function choosePlural(
  count: number,
  wordings: { readonly one: string; readonly other: string },
  language: Language,
): string {
  return new Intl.PluralRules(locales[language]).select(count) === 'one'
    ? wordings.one
    : wordings.other
}
