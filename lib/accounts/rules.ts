import * as z from 'zod'
import { once } from '../late.ts'
import { isLetterOfHost } from './host-patterns.ts'
import { isReservedName } from './reserved-names.ts'

// Every length is checked before any pattern, and every pattern is linear (T25).

/**
 * A username: 2 to 20 ASCII letters and digits with single dots and underscores inside, lower-cased (user.md).
 * Says nothing about reserved names: those are taken, not malformed, so ask `isReservedName`.
 */
export const username = once(() =>
  z
    .string({ error: 'Please give a username.' })
    .min(2, { abort: true, error: 'A username needs at least 2 characters.' })
    .max(20, { abort: true, error: 'A username has at most 20 characters.' })
    .regex(/^[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)*$/, {
      abort: true,
      error:
        'A username begins with a letter and has only the letters a to z, digits, and single dots or underscores inside.',
    })
    .toLowerCase()
    .brand<'Username'>(),
)

const longestNameUnits = 240
const longestName = 60

/** A display name: 1 to 60 characters after NFC, within the host's own rule (yunohost.md 5), no staff name (T20). */
export const displayName = once(() =>
  z
    .string({ error: 'Please give a display name.' })
    .min(1, { abort: true, error: 'Please give a display name.' })
    .max(longestNameUnits, { abort: true, error: 'A display name has at most 60 characters.' })
    .normalize('NFC')
    .refine((name) => [...name].length <= longestName, {
      abort: true,
      error: 'A display name has at most 60 characters.',
    })
    .regex(/^[\p{L}\p{N}]+(?:[ ,.'-]{1,3}[\p{L}\p{N}]+)*\.?$/u, {
      abort: true,
      error:
        'A display name has letters and digits, with spaces, commas, dots, hyphens or straight apostrophes between them.',
    })
    .refine((name) => [...name].every(isLetterOfHost), {
      abort: true,
      error:
        'The display name has a letter that the server does not know yet. Please write it in another way.',
    })
    .refine((name) => !isReservedName(name), {
      error:
        'This display name is reserved for the server or its staff. Please choose another one.',
    })
    .brand<'DisplayName'>()
    .meta({ maxLength: longestName }),
)

/** A mail address of one person: no list, no name beside it, nothing that a header could end in (T21). */
export const address = once(() =>
  z
    .string({ error: 'Please give a mail address.' })
    .max(254, { abort: true, error: 'A mail address has at most 254 characters.' })
    .check(
      z.email({
        abort: true,
        error: 'Please give one complete mail address, such as robin@example.org.',
      }),
    )
    .refine((value) => hasSendableParts(value), {
      error: 'Please give one complete mail address, such as robin@example.org.',
    })
    .brand<'Address'>(),
)

/** A Discord name, new (`robin.k`) or old (`Robin#1234`), at most 40 characters. */
export const discordName = once(() =>
  z
    .string({ error: 'Please give a Discord name, or leave it out.' })
    .max(40, { abort: true, error: 'A Discord name has at most 40 characters.' })
    .regex(/^[\p{L}\p{N}._](?:[\p{L}\p{N}._ -]{0,30}[\p{L}\p{N}._])?(?:#[0-9]{4})?$/u, {
      error:
        'A Discord name has letters, digits, dots and underscores, such as robin.k or Robin#1234.',
    })
    .brand<'DiscordName'>(),
)

const mostLabels = 31

// RFC 5321, 4.5.3.1.1 (64 octets before the @) and RFC 1035, 2.3.4 (63 a label, no hyphen at its end). No domain of
// people has more than a few labels; what the mailer refuses for good must not get past here (lib/adapters/ses.ts).
function hasSendableParts(value: string): boolean {
  const [local = '', domain = ''] = value.split('@')
  const labels = domain.split('.')
  return (
    local.length <= 64 &&
    labels.length <= mostLabels &&
    labels.every((label) => label.length <= 63 && !label.endsWith('-'))
  )
}
