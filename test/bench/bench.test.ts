import fc from 'fast-check'
import { expect, test } from 'vitest'
import { measurePairs, median, percentile, summarize } from './measure.ts'
import { readOptions } from './options.ts'
import { factRow, judgedRow, percentileRows, ratioRow, toTable, unjudged } from './table.ts'
import { isRealMongo, readLooks } from './watched.ts'

const known = ['login', 'claim', 'memory']

test('without options every benchmark runs in full', () => {
  expect(readOptions([], known)).toEqual({ names: known, quick: false })
})

test('benchmarks are chosen by several options or by commas, and keep their order', () => {
  const chosen = { names: ['login', 'memory'], quick: true }
  expect(readOptions(['--only', 'memory', '--only', 'login', '--quick'], known)).toEqual(chosen)
  expect(readOptions(['--quick', '--only', 'memory, login'], known)).toEqual(chosen)
})

test.each([
  [['--only', 'logni'], 'No benchmark is called logni; there are login, claim, memory.'],
  [['--fast'], "Unknown option '--fast'"],
  [['login'], "Unexpected argument 'login'"],
])('%j is refused', (args, text) => {
  expect(() => readOptions(args, known)).toThrow(text)
})

test.each([
  [[7], 7],
  [[9, 1, 5], 5],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle)
})

test.each([
  [0.99, 99],
  [0.5, 50],
  [1, 100],
  [0, 1],
])('of the numbers up to 100, a share of %d is not above %d', (share, value) => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at)
  expect(percentile(values, share)).toBe(value)
})

test('a percentile is one of the values, and its share of them is not above it', () => {
  const lists = fc.array(fc.integer(), { minLength: 1 })
  const shares = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(lists, shares, (values, share) => {
      const found = percentile(values, share)
      const below = values.filter((value) => value <= found).length
      expect(values).toContain(found)
      expect(below / values.length).toBeGreaterThanOrEqual(share - 1e-9)
    }),
  )
})

test('nothing has no median and no percentile', () => {
  expect(() => median([])).toThrow('There is nothing to measure.')
  expect(() => percentile([], 0.5)).toThrow('There is nothing to measure.')
})

test('both sides are measured in turn, and each is the first as often as the other', async () => {
  const order: string[] = []
  const side = (name: string) => async (round: number) => order.push(`${name}${round}`)
  const pairs = await measurePairs(4, { measured: side('m'), bare: side('b') })
  // Two rounds to warm up come first and are not among the pairs.
  expect(order.slice(4).join(' ')).toBe('m0 b0 b1 m1 m2 b2 b3 m3')
  expect(pairs).toHaveLength(4)
  expect(pairs[1]).toEqual({ measured: 8, bare: 7 })
})

const pairs = [
  { measured: 110, bare: 100 },
  { measured: 240, bare: 200 },
  { measured: 520, bare: 400 },
]

test('the ratio is the median of the ratios pair by pair', () => {
  expect(summarize(pairs)).toEqual({ ratio: 1.2, measured: 240, bare: 200 })
})

test('a ratio that is at most its aim is met, and any other tells by how much it is missed', () => {
  expect(ratioRow('it', 1.2, pairs)).toEqual({
    what: 'it',
    aim: '<= 1.2',
    figure: '1.200 (240 ms / 200 ms, 3 pairs)',
    verdict: 'met',
  })
  expect(ratioRow('it', 1.1, pairs).verdict).toBe('missed by 0.100')
  expect(judgedRow({ what: 'it', most: 1.03, value: 1.0312, sides: '' }).verdict).toBe(
    'missed by 0.0012',
  )
})

test('each share of both sides has a row of its own, and its ratio is that of the percentiles', () => {
  const [half, most] = percentileRows({ what: 'it', most: 1.2, shares: [0.5, 0.99] }, pairs)
  expect(half).toEqual({
    what: 'it: p50',
    aim: '<= 1.2',
    figure: '1.200 (240 ms / 200 ms, 3 pairs)',
    verdict: 'met',
  })
  expect(most).toMatchObject({ what: 'it: p99', figure: '1.300 (520 ms / 400 ms, 3 pairs)' })
  expect(most?.verdict).toBe('missed by 0.100')
})

const scan = { stage: 'IXSCAN', indexName: 'by_age' }
const executionStats = { totalKeysExamined: 3, totalDocsExamined: 2 }
const limited = { stage: 'LIMIT', inputStage: { stage: 'FETCH', inputStage: scan } }
const either = { stage: 'OR', inputStages: [scan, { stage: 'COLLSCAN' }] }
const planned = (winningPlan: unknown) => ({ queryPlanner: { winningPlan }, executionStats })

test.each([
  ['of a query', planned(limited), 'IXSCAN by_age'],
  ['of a pipeline', { stages: [{ $cursor: planned(limited) }] }, 'IXSCAN by_age'],
  ['of the newer engine', planned({ queryPlan: limited }), 'IXSCAN by_age'],
  ['of several indexes', planned(either), 'OR IXSCAN by_age COLLSCAN'],
])('the plan %s is what finds, with what it looked at', (_, said, plan) => {
  expect(readLooks(said)).toEqual({ plan, keys: 3, documents: 2 })
})

test('an answer without counts has no looks', () => {
  expect(readLooks({ queryPlanner: { winningPlan: scan } })).toBeUndefined()
  expect(readLooks(undefined)).toBeUndefined()
})

test('only a mongod is a real one', () => {
  expect(isRealMongo('MongoDB 8.0 (mongod)')).toBe(true)
  expect(isRealMongo('SecantusDB, a stand-in for MongoDB')).toBe(false)
})

test('a quick run judges no ratio of pairs, and what needs none as ever', () => {
  const pairs = Array.from({ length: 9 }, () => ({ measured: 12, bare: 10 }))
  expect(unjudged(ratioRow('it', 1.1, pairs)).verdict).toBe('not judged: too few rounds')
  expect(unjudged(factRow('it', '0', '1')).verdict).toBe('missed')
  expect(unjudged(judgedRow({ what: 'it', most: 1, value: 2, sides: '2 / 1' })).verdict).toMatch(
    /^missed/,
  )
})

test('a fact is met when it is exactly as wished', () => {
  expect(factRow('it', '0', '0').verdict).toBe('met')
  expect(factRow('it', '0', '1').verdict).toBe('missed')
})

test('the columns of the table stand under one another', () => {
  const table = toTable([factRow('a long name', '0', '0'), factRow('it', '1000', '7')])
  expect(table.split('\n')).toEqual([
    'what         aim   figure  verdict',
    '-----------  ----  ------  -------',
    'a long name  0     0       met',
    'it           1000  7       missed',
  ])
})
