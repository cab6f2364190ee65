import { type Pair, percentile, summarize } from './measure.ts'

/** One line of the table. */
export interface Row {
  readonly what: string
  readonly aim: string
  readonly figure: string
  readonly verdict: string
}

/** A ratio against its aim, from measured pairs. */
export function ratioRow(what: string, most: number, pairs: readonly Pair[]): Row {
  const { ratio, measured, bare } = summarize(pairs)
  const sides = `${milliseconds(measured)} / ${milliseconds(bare)}, ${pairs.length} pairs`
  return judgedRow({ what, most, value: ratio, sides })
}

/** The same percentile of both sides against its aim, one row for each share: what most wait, and what few wait. */
export function percentileRows(
  { what, most, shares }: PercentileAim,
  pairs: readonly Pair[],
): readonly Row[] {
  return shares.map((share) => {
    const of = (side: keyof Pair) =>
      percentile(
        pairs.map((pair) => pair[side]),
        share,
      )
    const [measured, bare] = [of('measured'), of('bare')]
    const sides = `${milliseconds(measured)} / ${milliseconds(bare)}, ${pairs.length} pairs`
    return judgedRow({ what: `${what}: p${share * 100}`, most, value: measured / bare, sides })
  })
}

interface PercentileAim {
  readonly what: string
  readonly most: number
  readonly shares: readonly number[]
}

/** A number against the most that it may be. */
export function judgedRow(judged: {
  readonly what: string
  readonly most: number
  readonly value: number
  readonly sides: string
}): Row {
  const { what, most, value, sides } = judged
  const isMet = value <= most
  return {
    what,
    aim: `<= ${most}`,
    figure: `${round(value)} (${sides})`,
    verdict: isMet ? 'met' : `missed by ${round(value - most)}`,
  }
}

/** A row of pairs, of which a quick run has too few to meet or miss an aim. */
export function unjudged(row: Row): Row {
  const isOfPairs = row.figure.endsWith(' pairs)')
  return isOfPairs ? { ...row, verdict: 'not judged: too few rounds' } : row
}

/** A fact that has to be exactly as wished. */
export function factRow(what: string, aim: string, figure: string): Row {
  return { what, aim, figure, verdict: aim === figure ? 'met' : 'missed' }
}

/** A figure without an aim, or one that does not count here; `verdict` says why. */
export function plainRow(what: string, aim: string, figure: string, verdict: string): Row {
  return { what, aim, figure, verdict }
}

/** Milliseconds for people. */
export function milliseconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} ms` : `${value.toFixed(value < 100 ? 1 : 0)} ms`
}

function round(value: number): string {
  return value.toFixed(Math.abs(value) < 0.01 ? 4 : 3)
}

const columns = ['what', 'aim', 'figure', 'verdict'] as const

/** The rows under one another, each column as wide as its longest text. */
export function toTable(rows: readonly Row[]): string {
  const heads: Row = { what: 'what', aim: 'aim', figure: 'figure', verdict: 'verdict' }
  const all = [heads, ...rows]
  const widths = columns.map((name) => Math.max(...all.map((row) => row[name].length)))
  const line = (row: Row) =>
    columns
      .map((name, at) => row[name].padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [line(heads), rule, ...rows.map(line)].join('\n')
}
