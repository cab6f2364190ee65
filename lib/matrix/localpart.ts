import * as z from 'zod'
import { once } from '../late.ts'

// Matrix specification 1.18, appendices, "User Identifiers": the whole id, with `@`, `:` and the server's name.
const mostBytes = 255

/** Name of a Matrix server: a host name or IP address, perhaps with a port (specification, appendices, "Server Name"). */
export const matrixServerName = once(() =>
  z
    .string()
    .max(mostBytes - 3)
    .regex(/^(?:[0-9A-Za-z.-]{1,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/),
)

/** The id of an account on a Matrix server. */
export function toMatrixId(localpart: string, serverName: string): string {
  return `@${localpart}:${serverName}`
}

/**
 * The part of a new Matrix id before the server's name. Only these signs, and 255 bytes for the whole id (specification
 * 1.18, appendices, "User Identifiers"). Every username of ours on a server's name of up to 230 bytes is one.
 */
export function matrixLocalpart(serverName: string) {
  const longest = mostBytes - toMatrixId('', serverName).length
  return z
    .string()
    .max(longest, { abort: true })
    .regex(/^[a-z0-9._=/+-]+$/)
    .brand<'MatrixLocalpart'>()
}
