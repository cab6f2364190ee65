import * as z from 'zod'
import type { ReadBy } from '../late.ts'
import type { Language } from './account.ts'
import { address, discordName, displayName, username } from './rules.ts'

/** The body of a request for an account, as community.md names its fields. */
export const accountWish = () =>
  z.strictObject({
    username: username(),
    display_name: displayName(),
    recovery_email: address(),
    discord_username: discordName().optional(),
    referral_code: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'This is not a referral code.' })
      .optional(),
    tier: z.enum(['starter', 'supporter', 'premium']).optional(),
  })

/** A checked wish for an account. */
export interface AccountWish {
  readonly username: string
  readonly displayName: string
  readonly address: string
  readonly discordName: string | null
  readonly referralCode: string | null
  readonly tier: string | null
  readonly language: Language | undefined
}

/** The wish behind a request, in the language of whoever asked. */
export function toWish(
  body: ReadBy<typeof accountWish>,
  language: Language | undefined,
): AccountWish {
  return {
    username: body.username,
    displayName: body.display_name,
    address: body.recovery_email,
    discordName: body.discord_username ?? null,
    referralCode: body.referral_code ?? null,
    tier: body.tier ?? null,
    language,
  }
}
