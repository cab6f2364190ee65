import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { Assets } from '../ports.ts'
import { adapter } from './adapter.ts'

const settings = () => z.object({ ASSETS_FOLDER: z.string().min(1).optional() })

/**
 * Files of the build by name, read once: from ASSETS_FOLDER, else from the folder of the bundle itself
 * (infra/build.ts puts there what an endpoint lists under `assets`). Throws for a file that is not there.
 */
export const buildAssets = adapter<Assets, ReadBy<typeof settings>>({
  settings,
  secrets: [],
  grants: [],
  open: ({ settings: { ASSETS_FOLDER } }) => readOnce(ASSETS_FOLDER ?? import.meta.dirname),
})

function readOnce(folder: string): Assets {
  const texts = new Map<string, Promise<string>>()
  return {
    text(name) {
      const text = texts.get(name) ?? readFile(join(folder, name), 'utf8')
      texts.set(name, text)
      return text
    },
  }
}
