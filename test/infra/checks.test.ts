import { describe, expect, test } from 'vitest'
import { tableProblems } from '../../infra/checks/function-table.ts'
import { eagerSchemaProblems } from '../../infra/checks/late-schemas.ts'
import { lengthProblems } from '../../infra/checks/lengths.ts'
import { promiseProblems, purityProblems } from '../../infra/checks/purity.ts'
import { readmeProblems } from '../../infra/checks/readme-names.ts'
import { parseText } from '../../infra/checks/source-file.ts'
import { titleProblems } from '../../infra/checks/test-titles.ts'

describe('lengths', () => {
  test('long files, long and deep functions and many parameters are named', () => {
    const deep =
      'function deep(a: 1, b: 2, c: 3, d: 4) {\n if (a) {\n for (;;) {\n if (b) {}\n }\n }\n}\n'
    const long = `function long() {\n${'  call()\n'.repeat(60)}}\n`
    const file = parseText('lib/x.ts', deep + long + '// more\n'.repeat(300))
    expect(lengthProblems([file], [])).toEqual([
      'lib/x.ts has 369 lines, more than 300.',
      'Files: the median is 369 lines.',
      'Files: the 95th percentile is 369 lines.',
      'lib/x.ts:1: statements nested 3 deep.',
      'lib/x.ts:1: 4 parameters.',
      'lib/x.ts:8: a function of 62 lines.',
    ])
    expect(lengthProblems([file], ['lib/x.ts'])).toEqual([])
  })

  test('an else-if is not a level, and a function inside another begins anew', () => {
    const text =
      'function f() { if (1) {} else if (2) { for (;;) {} } else if (3) { const g = () => { if (4) { if (5) {} } } } }'
    expect(lengthProblems([parseText('lib/x.ts', text)], [])).toEqual([])
  })

  test('an endpoint has 40 lines besides its imports', () => {
    const text = "import { a } from 'a'\n".repeat(5) + 'call()\n'.repeat(41)
    expect(lengthProblems([parseText('functions/a/b.ts', text)], [])).toEqual([
      'functions/a/b.ts has 41 lines besides its imports.',
    ])
  })
})

describe('areas ask ports', () => {
  test.each([
    'new Date()',
    'Date.now()',
    'Math.random()',
    'process.env',
    'fetch("x")',
    'console.log(1)',
  ])('%s belongs to an adapter', (text) => {
    expect(purityProblems([parseText('lib/a/x.ts', text)])).toHaveLength(1)
    expect(purityProblems([parseText('lib/adapters/x.ts', text)])).toEqual([])
  })

  test.each(['new Date(0)', 'uses.fetch("x")', 'const process = 1', 'type A = { fetch(): void }'])(
    '%s is fine',
    (text) => {
      expect(purityProblems([parseText('lib/a/x.ts', text)])).toEqual([])
    },
  )

  test('an export without a sentence is named', () => {
    const text = '/** Says it. */\nexport const a = 1\nexport const b = 2\nconst c = 3'
    expect(promiseProblems([parseText('lib/x.ts', text)])).toEqual([
      'lib/x.ts:3: an export without a sentence of JSDoc.',
    ])
  })
})

test.each([
  'const a = z.string()',
  'export const a = task({ input: z.object({ b }) })',
  'const a = { ...z.object({}).shape }',
])('%s makes a schema by importing', (text) => {
  expect(eagerSchemaProblems([parseText('lib/x.ts', `\n${text}`)])).toEqual([
    'lib/x.ts:2: a schema made by importing; see lib/late.ts.',
  ])
})

test.each([
  'const a = once(() => z.string())',
  'function a() {\n return z.string()\n}',
  'const a = { get b() { return z.string() } }',
  'type A = z.infer<typeof b>\nconst c: z.ZodType = d()',
])('%s makes a schema when it is asked for one', (text) => {
  expect(eagerSchemaProblems([parseText('lib/x.ts', text)])).toEqual([])
})

test('forbidden and doubled titles are named', () => {
  const text = [
    "test('a')",
    "describe('b', () => { test('a'); test.each([1])('a'); it('should a') })",
  ].join('\n')
  expect(titleProblems([parseText('test/x.test.ts', text)])).toEqual([
    'test/x.test.ts:2: "b > should a" says should.',
    'test/x.test.ts:2: "b > a" is there twice.',
  ])
})

test('names in the README that lead nowhere are named', () => {
  const readme =
    'See `lib/there.ts`, `lib/gone.ts`, https://a.example/lib/x.ts; `npm run nothing`, `npm start`.'
  const known = { hasFile: (path: string) => path === 'lib/there.ts', scripts: ['start'] }
  expect(readmeProblems(readme, known)).toEqual([
    'README.md names lib/gone.ts, which is not there.',
    'README.md names the script nothing, which package.json does not have.',
  ])
})

test('a file without an entry and an entry without a file are named', () => {
  expect(
    tableProblems(
      ['a-b', 'a-c'],
      new Map([
        ['a-b', 'functions/a/b.ts'],
        ['a-d', 'functions/a/d.ts'],
      ]),
    ),
  ).toEqual([
    "functions/index.ts does not have 'a-d' (functions/a/d.ts).",
    "functions/index.ts has 'a-c', for which there is no file.",
  ])
})
