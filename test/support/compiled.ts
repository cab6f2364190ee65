import { join } from 'node:path'
import { inject } from 'vitest'

/** Variables with which what one process of Node has compiled serves the next ones of this run. */
export function compiledOnce(): { readonly NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: join(inject('ground').folder, 'compiled') }
}
