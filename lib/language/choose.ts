import type { Language } from '../accounts/account.ts'

// Real headers have a handful of entries; the caps keep a hostile one cheap (T25).
const longestHeader = 500
const mostEntries = 20

/** The language of ours that a browser likes best (RFC 9110, 12.5.4), or undefined when it names none of them. */
export function chooseLanguage(acceptLanguage: string | undefined): Language | undefined {
  const entries = (acceptLanguage ?? '').slice(0, longestHeader).split(',', mostEntries)
  let best: { language: Language; weight: number } | undefined
  for (const entry of entries) {
    const [range = '', ...parameters] = entry.split(';', 3).map((part) => part.trim().toLowerCase())
    const language = toLanguage(range)
    const weight = toWeight(parameters)
    if (language !== undefined && weight > (best?.weight ?? 0)) best = { language, weight }
  }
  return best?.language
}

function toLanguage(range: string): Language | undefined {
  const primary = range.split('-', 1)[0]
  return primary === 'en' || primary === 'de' ? primary : undefined
}

function toWeight(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  if (quality === undefined) return 1
  return /^q=(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality.slice(2)) : 0
}
