/** Values of a pattern's variables, still encoded as the path had them. */
export type PatternValues = Readonly<Record<string, string>>

type Part = { readonly kind: 'static' | 'variable' | 'greedy'; readonly name: string }

const ranks = { static: 0, variable: 1, greedy: 2 } as const

/** The values of `{id}` and `{rest+}` when a path has the pattern's form, else undefined. Slashes are never folded. */
export function matchPattern(pattern: string, path: string): PatternValues | undefined {
  const parts = partsOf(pattern)
  const segments = segmentsOf(path)
  const greedy = parts.at(-1)?.kind === 'greedy'
  if (greedy ? segments.length < parts.length : segments.length !== parts.length) return undefined
  return collectValues(parts, segments)
}

/** Orders patterns by how exactly they say a path: static before variable before greedy, from the left. */
export function compareBySpecificity(left: string, right: string): number {
  return toRanks(left).localeCompare(toRanks(right))
}

/** One digit for each part, so that patterns compare as texts do. */
function toRanks(pattern: string): string {
  return partsOf(pattern)
    .map(({ kind }) => ranks[kind])
    .join('')
}

/** True when a pattern ends in a variable that takes several segments. */
export function isGreedy(pattern: string): boolean {
  return pattern.endsWith('+}')
}

/** The pattern with the path's letters where it has variables and its own where it is static; undefined when they differ otherwise. */
export function respell(pattern: string, path: string): string | undefined {
  const parts = partsOf(pattern)
  const segments = segmentsOf(path)
  if (segments.length !== parts.length) return undefined
  const spelled = parts.map((part, index) => respellPart(part, segments[index]))
  return spelled.includes(undefined) ? undefined : `/${spelled.join('/')}`
}

function respellPart(part: Part, segment: string | undefined): string | undefined {
  if (part.kind !== 'static') return segment || undefined
  return part.name.toLowerCase() === segment?.toLowerCase() ? part.name : undefined
}

function collectValues(
  parts: readonly Part[],
  segments: readonly string[],
): PatternValues | undefined {
  const values: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const segment = segments[index]
    if (part.kind === 'greedy') values[part.name] = segments.slice(index).join('/')
    else if (part.kind === 'variable' && segment) values[part.name] = segment
    else if (part.kind === 'variable' || part.name !== segment) return undefined
  }
  return values
}

function partsOf(pattern: string): readonly Part[] {
  return segmentsOf(pattern).map((segment) => {
    if (!segment.startsWith('{')) return { kind: 'static', name: segment }
    if (segment.endsWith('+}')) return { kind: 'greedy', name: segment.slice(1, -2) }
    return { kind: 'variable', name: segment.slice(1, -1) }
  })
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/')
}
