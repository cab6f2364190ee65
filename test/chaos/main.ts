/**
 * Proxies by hand: `npm run chaos -- --control 9400 --ssh 22:2222 --mail 8481` puts one proxy for each
 * name in front of a port of this machine, on the port behind the colon or on a free one.
 */
import { startControl } from './control.ts'
import { type ChaosProxy, startProxy } from './proxy.ts'

const usage = 'npm run chaos -- [--control PORT] --NAME TARGET_PORT[:PORT] ...'
const port = '[1-9]\\d{0,4}'
const place = new RegExp(`^(${port})(?::(${port}))?$`)

/** What the command line asks for. */
export interface Wish {
  readonly control: number | undefined
  readonly proxies: ReadonlyMap<string, { readonly targetPort: number; readonly port?: number }>
}

/** Reads the words of a command line; undefined where they cannot be read. */
export function readWords(words: readonly string[]): Wish | undefined {
  const proxies = new Map<string, { targetPort: number; port?: number }>()
  let control: number | undefined
  for (let at = 0; at < words.length; at += 2) {
    const [, name] = /^--([a-z][a-z-]*)$/.exec(words[at] ?? '') ?? []
    const [, first, second] = place.exec(words[at + 1] ?? '') ?? []
    if (name === undefined || first === undefined || proxies.has(name)) return undefined
    const own = second === undefined ? {} : { port: Number(second) }
    if (name === 'control') control = Number(first)
    else proxies.set(name, { targetPort: Number(first), ...own })
  }
  return proxies.size === 0 ? undefined : { control, proxies }
}

async function main(): Promise<void> {
  const wish = readWords(process.argv.slice(2))
  if (wish === undefined) throw new Error(usage)
  const proxies = new Map<string, ChaosProxy>()
  for (const [name, options] of wish.proxies) proxies.set(name, await startProxy(options))
  const control = await startControl(proxies, { port: wish.control })
  for (const [name, proxy] of proxies) {
    const { port: own, targetPort } = proxy.state()
    console.log(`${name.padEnd(12)} 127.0.0.1:${own} -> 127.0.0.1:${targetPort}`)
  }
  const [name] = proxies.keys()
  console.log(`${'control'.padEnd(12)} ${control.origin}`)
  console.log(`\ncurl -X PUT -d '{"kind":"half_open"}' ${control.origin}/${name}`)
  console.log(`curl -X POST ${control.origin}/reset`)
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  })
}
