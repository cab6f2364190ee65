/** Numbers of a benchmark, from pairs that were measured side by side. */

/** The middle of the values; of an even number of them, the mean of both middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new Error('There is nothing to measure.')
  return (lower + upper) / 2
}

/** The value that this share of all values does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (found === undefined) throw new Error('There is nothing to measure.')
  return found
}

/** Milliseconds of the measured side and of the bare one, one after the other. */
export interface Pair {
  readonly measured: number
  readonly bare: number
}

/** Both sides of a comparison; each gives milliseconds. */
export interface Sides {
  readonly measured: (round: number) => Promise<number>
  readonly bare: (round: number) => Promise<number>
}

// The first rounds load code, open connections and wake the compiler.
const warmUps = 2

/** Measures both sides in turn, each of them first in every second round, so that a slow moment meets both. */
export async function measurePairs(count: number, sides: Sides): Promise<readonly Pair[]> {
  const pairs: Pair[] = []
  for (let round = -warmUps; round < count; round += 1) {
    const pair = round % 2 === 0 ? await measuredFirst(sides, round) : await bareFirst(sides, round)
    if (round >= 0) pairs.push(pair)
  }
  return pairs
}

async function measuredFirst(sides: Sides, round: number): Promise<Pair> {
  const measured = await sides.measured(round)
  return { measured, bare: await sides.bare(round) }
}

async function bareFirst(sides: Sides, round: number): Promise<Pair> {
  const bare = await sides.bare(round)
  return { measured: await sides.measured(round), bare }
}

/** The median of the ratios pair by pair, with the medians of both sides. */
export function summarize(pairs: readonly Pair[]) {
  return {
    ratio: median(pairs.map(({ measured, bare }) => measured / bare)),
    measured: median(pairs.map(({ measured }) => measured)),
    bare: median(pairs.map(({ bare }) => bare)),
  }
}

/** Milliseconds that a call takes. */
export async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await call()
  return performance.now() - began
}
