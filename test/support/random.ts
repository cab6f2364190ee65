import { createHash } from 'node:crypto'
import type { Random } from '../../lib/ports.ts'

/** The same bytes in the same order for the same seed. */
export function newSeededRandom(seed: string): Random {
  let blocks = 0
  let rest = Buffer.alloc(0)
  const fill = () => {
    blocks += 1
    rest = Buffer.concat([rest, createHash('sha256').update(`${seed}:${blocks}`).digest()])
  }
  return {
    bytes: (length) => {
      while (rest.length < length) fill()
      const taken = new Uint8Array(rest.subarray(0, length))
      rest = rest.subarray(length)
      return taken
    },
  }
}
