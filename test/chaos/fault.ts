import * as z from 'zod'

/** What a proxy does to the connections that go through it. It stays until another one is set. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pass') }),
  /** Nobody listens; connections that were there are reset. */
  z.strictObject({ kind: z.literal('refuse') }),
  /** Connections are taken and every byte of either side is swallowed. */
  z.strictObject({ kind: z.literal('black_hole') }),
  /** The server's side is gone, and the client's side is never told. */
  z.strictObject({ kind: z.literal('half_open') }),
  /** A connection is reset by the first byte after so many in one direction; `times` connections, or all. */
  z.strictObject({
    kind: z.literal('reset'),
    afterBytes: z.int().min(0),
    direction: z.enum(['to_server', 'to_client']),
    times: z.int().min(1).optional(),
  }),
  /** Each way. */
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.int().min(1).max(600_000) }),
  /** Each way, and for each connection. */
  z.strictObject({ kind: z.literal('slow'), bytesPerSecond: z.int().min(1) }),
])

/** One fault, as the control port takes it. */
export type Fault = z.infer<typeof faultSchema>

/** The way that bytes go. */
export type Direction = 'to_server' | 'to_client'

/** The fault that is none. */
export const pass: Fault = { kind: 'pass' }

/** Whether the two sides hear nothing of each other. */
export function isSilent({ kind }: Fault): boolean {
  return kind === 'black_hole' || kind === 'half_open'
}
