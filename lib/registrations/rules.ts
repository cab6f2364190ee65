import * as z from 'zod'
import { address } from '../accounts/rules.ts'
import { Failure } from '../failure.ts'
import { once, type ReadBy } from '../late.ts'
import type { DeskAction } from './desk.ts'
import { longestText } from './policy.ts'

const text = once(() =>
  z
    .string()
    .max(longestText, { error: `Please write at most ${longestText} characters.` })
    // Lines are fine; what turns or hides text on a screen is not.
    .regex(/^(?:[\n\r\t]|[^\p{Cc}\p{Bidi_Control}])*$/u, {
      error: 'The text has a character that cannot be shown.',
    })
    .refine((value) => value.isWellFormed(), {
      error: 'The text has a character that is no text.',
    }),
)

const filledText = once(() => text().trim().min(1, { error: 'Please write something.' }))

/** A rid as somebody brings it: any text is looked up, so that a mangled one is a wrong credential like any other. */
export const ridParam = once(() => z.strictObject({ rid: z.string().max(128) }))

/** The body of a request for a registration. */
export const registrationWish = once(() =>
  z.strictObject({
    email: address().optional(),
    message: text().optional(),
    referral_code: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'This is not a referral code.' })
      .optional(),
  }),
)

/** The body of a decision. */
export const decisionWish = once(() =>
  z.strictObject({
    status: z.enum(['approved', 'rejected'], { error: 'The status is "approved" or "rejected".' }),
    note: text().optional(),
    silent: z.boolean().optional(),
  }),
)

/** The body that picks a username; the name itself is judged by the use case, which says why it cannot be used. */
export const completionWish = once(() =>
  z.strictObject({
    matrix_status: z.literal('processing', {
      error: 'The only status to ask for is "processing".',
    }),
    username: z.string({ error: 'Please give a username.' }).max(254),
    email: address().optional(),
  }),
)

const actions = {
  plain: ['claim', 'release', 'undo', 'confirm', 'new_password'],
  written: ['note', 'ask', 'answer'],
} as const

/** The body of one action at the desk. */
export const deskWish = once(() =>
  z.strictObject({
    action: z.enum([...actions.plain, ...actions.written]),
    text: filledText().optional(),
  }),
)

/** One action with what it needs. Throws `invalid_input` where its text is missing. */
export function toDeed({ action, text: given }: ReadBy<typeof deskWish>): DeskAction {
  if (action !== 'note' && action !== 'ask' && action !== 'answer') return { action }
  if (given !== undefined) return { action, text: given }
  const missing = { field: 'text', rule: 'invalid_type', text: 'text: Please write something.' }
  throw new Failure('invalid_input', missing)
}
