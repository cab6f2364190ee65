import { spellingsOf } from '../canary/canary.ts'
import type { RunRecord } from './run-record.ts'

/** I6: no password, token or key is found anywhere it need not be. */
export function noSecrets({ secrets, places }: RunRecord): readonly string[] {
  const byValue = new Map(secrets.map(({ name, value }) => [value, name]))
  return [...byValue].flatMap(([value, name]) => {
    const spellings = spellingsOf(value)
    return places
      .filter(({ text }) => spellings.some((spelling) => text.includes(spelling)))
      .map((place) => `${name} was found in ${place.name}`)
  })
}
