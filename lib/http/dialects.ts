import * as z from 'zod'
import { type FailureCode, type FailureDetails, failureEntry } from '../failure.ts'
import { once } from '../late.ts'

/** How one family of routes words its errors (contracts/README.md). */
interface Dialect {
  /** What the answers are described and tested by. */
  schema(): z.ZodType
  /** Statuses that differ from the table of failures. */
  readonly statuses?: Readonly<Partial<Record<FailureCode, number>>>
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

const detail = once(() =>
  z.strictObject({
    detail: z.union([
      z.string(),
      z.array(z.strictObject({ loc: z.array(z.string()), msg: z.string(), type: z.string() })),
    ]),
  }),
)

// What the seed's clients know these by; the table's own texts speak of access tokens and roles.
const registrationTexts: Readonly<Partial<Record<FailureCode, string>>> = {
  unauthenticated: 'Unknown registration or wrong token.',
  forbidden: 'This token does not allow that.',
}

function detailed(code: FailureCode, { text, field, rule }: FailureDetails) {
  const msg = text ?? registrationTexts[code] ?? failureEntry(code).text
  if (code !== 'invalid_input' && code !== 'body_too_large') return { detail: msg }
  const loc = ['body', ...(field?.split('.') ?? [])]
  const prefix = field === undefined ? '' : `${field}: `
  return { detail: [{ loc, msg: msg.replace(prefix, ''), type: rule ?? code }] }
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
  /** `{"detail"}`: a sentence, or for a body that breaks a rule a list of what is wrong where. */
  registrations: {
    schema: detail,
    statuses: { invalid_input: 422, body_too_large: 422, username_taken: 422 },
    render: detailed,
  },
} as const satisfies Record<string, Dialect>

/** Name of a dialect. */
export type DialectName = keyof typeof dialects

/** The HTTP status of a failure in a dialect. */
export function statusIn(name: DialectName, code: FailureCode): number {
  const dialect: Dialect = dialects[name]
  return dialect.statuses?.[code] ?? failureEntry(code).status
}
