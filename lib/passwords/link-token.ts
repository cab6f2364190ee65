import * as z from 'zod'
import { once } from '../late.ts'

/**
 * The token of a mailed link as somebody brings it. Any text of sane length is looked up, so that a
 * mangled link is told apart from a broken request: it is an unknown link (900).
 */
export const linkToken = once(() => z.string().max(512))
