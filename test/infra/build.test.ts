import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import { functions } from '../../functions/index.ts'
import { assetsOf, routeFacts } from '../../infra/assets.ts'
import { buildFunctions } from '../../infra/build.ts'
import { nativeDomains } from '../../infra/bundle-trims.ts'
import { bundleProblems, bundleReports, bundleTable } from '../../infra/bundles.ts'
import { projectFile } from '../../infra/project.ts'

type Built = Awaited<ReturnType<typeof buildFunctions>>

const buildFolder = '.build/test'
const load = createRequire(import.meta.url)

describe('the build', () => {
  let metafile: Built

  beforeAll(async () => {
    metafile = await buildFunctions(functions, buildFolder)
  }, 60_000)

  test('keeps every bundle within its budget and free of what it must not hold', () => {
    const reports = bundleReports(functions, metafile)
    expect(reports).toHaveLength(Object.keys(functions).length)
    expect(bundleProblems(reports)).toEqual([])
    expect(bundleTable(reports).split('\n')).toHaveLength(reports.length)
  })

  test('names a bundle that is too large or holds the host key reader', () => {
    const [path = ''] = Object.keys(metafile.outputs).filter((one) =>
      one.endsWith('health/index.cjs'),
    )
    const large = {
      bytes: 200 * 1024,
      inputs: { 'node_modules/ssh2/lib/client.js': {}, 'test/x.ts': {} },
    }
    const outputs = { ...metafile.outputs, [path]: { ...metafile.outputs[path], ...large } }
    expect(bundleProblems(bundleReports(functions, { ...metafile, outputs } as Built))).toEqual([
      'service-health has 200 KiB, more than 100.',
      'service-health must not hold node_modules/ssh2/lib/client.js.',
      'service-health must not hold test/x.ts.',
    ])
  })

  test('gives the same bytes again', async () => {
    const first = await digests()
    await buildFunctions(functions, buildFolder)
    expect(await digests()).toEqual(first)
  }, 60_000)

  test('exports the handler and nothing else', () => {
    const bundle: object = load(projectFile(join(buildFolder, 'service-health', 'index.cjs')))
    expect(Object.keys(bundle)).toEqual(['handler'])
  })
})

test('every file that an endpoint asks for is made', async () => {
  const assets = await assetsOf(functions)
  expect([...assets.keys()]).toEqual(
    expect.arrayContaining(['openapi.json', 'docs.html', 'routes.json']),
  )
  for (const content of assets.values()) expect(content.length).toBeGreaterThan(0)
})

test('the fallback knows every route but its own', () => {
  const paths = routeFacts(functions).map(({ method, path }) => `${method} ${path}`)
  expect(paths).toContain('GET /health')
  expect(paths.filter((path) => path.includes('+}'))).toEqual([])
})

test('the native rules for domain names answer like the library they stand for', () => {
  const shim: { toASCII?: (domain: string) => string | null } = {}
  runInNewContext(nativeDomains, { exports: shim, require: load })
  const library: { toASCII(domain: string, options: object): string | null } = load('tr46')
  const options = { checkBidi: true, checkJoiners: true }
  const hosts = [
    'localhost',
    'cluster0.ab1cd.mongodb.net',
    'Bücher.Example',
    '127.0.0.1',
    'a_b.example',
    'EXAMPLE.com',
    'xn--bcher-kva.example',
  ]
  for (const host of hosts) expect(shim.toASCII?.(host)).toBe(library.toASCII(host, options))
})

async function digests() {
  const folder = projectFile(buildFolder)
  const entries = await readdir(folder, { recursive: true })
  const files = entries.filter((path) => path.includes('.')).sort()
  const contents = files.map(async (path) => [
    path,
    createHash('sha256')
      .update(await readFile(join(folder, path)))
      .digest('hex'),
  ])
  return Object.fromEntries(await Promise.all(contents))
}
