import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** Stands for tr46 and its 230 KiB of tables: Node knows the same rules (UTS 46) by itself. */
export const nativeDomains = `
const { domainToASCII, domainToUnicode } = require('node:url')
exports.toASCII = (domain) => domainToASCII(domain) || null
exports.toUnicode = (domain) => ({ domain: domainToUnicode(domain), error: false })
`

/** Leaves out of bundles what no function reaches, and replaces what Node has itself. */
export const trims: Plugin = {
  name: 'trims',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[/\\]tr46[/\\]index\.js$/ }, () => ({ contents: nativeDomains }))
    onLoad(
      { filter: /zod[/\\]v4[/\\]core[/\\](to-json-schema|json-schema-processors)\.js$/ },
      async ({ path }) => ({
        contents: withoutBodies(await readFile(path, 'utf8')),
      }),
    )
  },
}

/** For functions whose adapters name neither secrets nor rights: they never ask the parameter store. */
export const withoutStore: Plugin = {
  name: 'without-store',
  setup({ onLoad }) {
    const contents = `
function absent() { throw new Error('No secrets') }
export { absent as fetchSecrets, absent as secretSettings }
`
    onLoad({ filter: /lib[/\\]adapters[/\\]parameter-store\.ts$/ }, () => ({ contents }))
  },
}

/** JSON schemas are made at build time (infra/docs/schema.ts); a Lambda that asks for one is told so. */
function withoutBodies(source: string): string {
  const declared = [...source.matchAll(/^export (?:const|function) (\w+)/gm)]
  const renamed = [...source.matchAll(/^export \{ \w+ as (\w+) \}/gm)]
  const names = [...declared, ...renamed].map(([, name]) => name)
  const exports = names.map((name) => `export { absent as ${name} }`)
  // zod asks for its JSON schema methods when it makes a schema, and calls what it gets only when asked for one.
  return [
    "const absent = () => () => { throw new Error('No JSON schemas in bundles') }",
    ...exports,
  ].join('\n')
}
