import * as z from 'zod'
import { Failure } from '../failure.ts'
import { once } from '../late.ts'
import type { SealedValue, Sealer } from '../ports.ts'
import type { Personal, Registration } from './registration.ts'

const staffText = () => z.object({ by: z.string(), at: z.string(), text: z.string() })

const personal: () => z.ZodType<Personal> = once(() =>
  z.object({
    address: z.string().nullable(),
    message: z.string().nullable(),
    referralCode: z.string().nullable(),
    username: z.string().nullable(),
    matrixId: z.string().nullable(),
    refusedUsername: z.string().nullable(),
    managers: z.record(z.string(), z.string()),
    claimedBy: z.string().nullable(),
    decidedBy: z.string().nullable(),
    note: z.string().nullable(),
    question: staffText().nullable(),
    answer: staffText().omit({ by: true }).nullable(),
    notes: z.array(staffText()),
  }),
)

/** A registration of which nothing personal is known. */
export const nothingPersonal: Personal = {
  address: null,
  message: null,
  referralCode: null,
  username: null,
  matrixId: null,
  refusedUsername: null,
  managers: {},
  claimedBy: null,
  decidedBy: null,
  note: null,
  question: null,
  answer: null,
  notes: [],
}

/** Seals what is personal to the registration's rid. Throws `unavailable` without a key. */
export function sealPersonal(sealer: Sealer, rid: string, plain: Personal): Promise<SealedValue> {
  return sealer.seal(JSON.stringify(plain), boundTo(rid)).catch(toUnavailable)
}

/** Opens what is personal. Throws `unavailable` without the key: it may come back (FI-33). */
export async function openPersonal(
  sealer: Sealer,
  { rid, sealed }: Pick<Registration, 'rid' | 'sealed'>,
): Promise<Personal> {
  const text = await sealer.open(sealed, boundTo(rid)).catch(toUnavailable)
  return personal().parse(JSON.parse(text))
}

function boundTo(rid: string): string {
  return `registration:${rid}`
}

// Never the key's own error: its text is for the log, where the cause is written.
function toUnavailable(cause: unknown): never {
  throw new Failure('unavailable', { cause })
}
