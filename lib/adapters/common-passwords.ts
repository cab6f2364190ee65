import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { CommonPasswords } from '../ports.ts'
import { adapter } from './adapter.ts'

const settings = () => z.object({ ASSETS_FOLDER: z.string().min(1).optional() })

const decompress = promisify(brotliDecompress)

/**
 * The list of the host as `common-passwords.txt.br`, one password a line: from ASSETS_FOLDER, else from the folder
 * of the bundle itself. Read at the first question, and again only when that failed.
 */
export const fileCommonPasswords = adapter<CommonPasswords, ReadBy<typeof settings>>({
  settings,
  secrets: [],
  grants: [],
  open: ({ settings: { ASSETS_FOLDER } }) => {
    const path = join(ASSETS_FOLDER ?? import.meta.dirname, 'common-passwords.txt.br')
    let list: Promise<string> | undefined
    return {
      async contains(password) {
        list ??= read(path)
        const text = await list.catch((cause: unknown) => {
          list = undefined
          throw new Error('The list of common passwords cannot be read', { cause })
        })
        return isPartOfALine(password, text)
      },
    }
  },
})

async function read(path: string): Promise<string> {
  return (await decompress(await readFile(path))).toString('utf8')
}

// Names that the host refuses beside its list, as far as they are long enough for a password (yunohost.md 13.1).
const productNames = ['yunohost', 'olinuxino', 'raspberry']

// As the host judges: part of a line with the same case, and any line of the password will do (yunohost.md 13.1).
function isPartOfALine(password: string, text: string): boolean {
  if (productNames.includes(password)) return true
  return password.split('\n').some((line) => text.includes(line))
}
