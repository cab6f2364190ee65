import * as z from 'zod'
import { once, type ReadBy } from '../late.ts'
import { mostAhead } from './policy.ts'

const targetStatus = () => z.enum(['pending', 'processing', 'failed', 'success'])
const staffText = () => z.strictObject({ by: z.string(), at: z.iso.datetime(), text: z.string() })

const common = () => ({
  rid: z.string(),
  created: z.iso.datetime(),
  modified: z.iso.datetime(),
  expires: z.iso.datetime(),
  status: z.enum(['pending', 'approved', 'rejected', 'deleted']),
  matrix_status: targetStatus(),
  // Null where no account on the YunoHost host belongs to it.
  account_status: targetStatus().nullable(),
  note: z.string().nullable(),
  // The greatest stands for itself and for everything above it.
  position: z.int().min(0).max(mostAhead).nullable(),
  message: z.string().nullable(),
})

/** A registration as whoever asked sees it; `token` and `password` are there once, right after they were made. */
export const askerRecord = once(() =>
  z.strictObject({
    ...common(),
    username: z.string(),
    email: z.string().nullable(),
    password: z.string().nullable(),
    token: z.string().nullable(),
    question: z.string().nullable(),
    refused_username: z.string().nullable(),
    can_renew_password: z.boolean(),
    // Nothing more is tried: what is not there by now does not come.
    given_up: z.boolean(),
  }),
)

/** A registration as managers and staff see it: nothing of the account that comes of it. */
export const staffRecord = once(() =>
  z.strictObject({
    ...common(),
    username: z.null(),
    email: z.null(),
    password: z.null(),
    token: z.null(),
    referral_code: z.string().nullable(),
    claimed_by: z.string().nullable(),
    decided_by: z.string().nullable(),
    decided_at: z.iso.datetime().nullable(),
    question: staffText().nullable(),
    answer: z.strictObject({ at: z.iso.datetime(), text: z.string() }).nullable(),
    notes: z.array(staffText()),
    history: z.array(
      z.strictObject({
        status: z.enum(['approved', 'rejected', 'expired', 'withdrawn', 'finished']),
        at: z.iso.datetime(),
      }),
    ),
    address_confirmed: z.boolean(),
  }),
)

/** A registration as its reader may see it. */
export const anyRecord = once(() => z.union([askerRecord(), staffRecord()]))

/** What `askerRecord` describes. */
export type AskerRecord = ReadBy<typeof askerRecord>
/** What `staffRecord` describes. */
export type StaffRecord = ReadBy<typeof staffRecord>
