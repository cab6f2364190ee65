import * as z from 'zod'
import { type FailureCode, type FailureDetails, failureEntry } from '../failure.ts'
import { once } from '../late.ts'

/** How one family of routes words its errors (contracts/README.md). */
interface Dialect {
  /** What the answers are described and tested by. */
  schema(): z.ZodType
  render(code: FailureCode, details: FailureDetails): Record<string, unknown>
}

const coded = () =>
  z.strictObject({
    error: z.string(),
    code: z.int(),
    field: z.string().optional(),
  })
const message = once(() => z.strictObject({ msg: z.string(), '2fa': z.boolean().optional() }))

function codedError(code: FailureCode, details: FailureDetails) {
  const entry = failureEntry(code)
  return {
    error: details.text ?? entry.text,
    code: entry.legacyCode ?? entry.status,
    ...(details.field === undefined ? {} : { field: details.field }),
  }
}

function messageOnly(code: FailureCode, details: FailureDetails) {
  return { msg: details.text ?? failureEntry(code).text }
}

/** One renderer for each shape of error body. A route names its dialect once. */
export const dialects = {
  /** `{"error", "code"}`, and `{"msg"}` where a token is missing or bad. */
  community: {
    schema: once(() => z.union([coded(), message()])),
    render: (code, details) =>
      failureEntry(code).status === 401 ? messageOnly(code, details) : codedError(code, details),
  },
  /** `{"msg"}` for everything: what clients of `/login` read. */
  login: { schema: message, render: messageOnly },
} as const satisfies Record<string, Dialect>

/** Name of a dialect. */
export type DialectName = keyof typeof dialects
