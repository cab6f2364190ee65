import * as z from 'zod'
import type { FailureCode } from '../failure.ts'
import { once } from '../late.ts'
import type { CommonPasswords } from '../ports.ts'
import { type HostFacts, isListedBy, isStrongFor } from './host-facts.ts'
import {
  longestPasswordBytes,
  shortestPassword,
  shortestPersonalName,
  shortestPersonalPart,
} from './policy.ts'

/** A password as somebody typed it: any text, judged by `judgePassword` only, never trimmed or normalised. */
export const typedPassword = once(() =>
  z
    .string({ error: 'Please give a password.' })
    .min(1, { error: 'Please give a password.' })
    .brand<'TypedPassword'>(),
)

/** What a password is judged against. */
export interface PasswordContext {
  readonly commonPasswords: CommonPasswords
  /** From `toPersonalWords`. */
  readonly personal: readonly string[]
  /** The host's own rules, where they are known. */
  readonly host?: HostFacts | undefined
}

/** Whose password it is. */
export interface PasswordOwner {
  readonly username: string
  readonly displayName: string
  readonly address: string | null
  readonly communityName: string
}

type PasswordFailure = Extract<FailureCode, `password_${string}`>

// The default profile of user.md. The classes are ASCII, and anything else counts as special, as on the host (yunohost.md 13.1).
const classes = [/[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]

/** The first rule that a new password breaks, or undefined for a good one. The host accepts every good one. */
export async function judgePassword(
  password: string,
  context: PasswordContext,
): Promise<PasswordFailure | undefined> {
  const broken = judgeShape(password)
  if (broken !== undefined) return broken
  const { host } = context
  if (host && !isStrongFor(host, password)) return 'password_too_weak'
  if (isPersonal(password, context.personal)) return 'password_personal'
  if (host && isListedBy(host, password)) return 'password_common'
  // Also without capitals: the lists are mostly lower-case, and a capital in front makes no password rare.
  for (const spelling of new Set([password, password.toLowerCase()])) {
    if (await context.commonPasswords.contains(spelling)) return 'password_common'
  }
  return undefined
}

/** Lower-cased words that a person's password may not contain: own names, the address, the community. */
export function toPersonalWords(owner: PasswordOwner): string[] {
  const local = owner.address?.split('@')[0] ?? ''
  const names = [owner.username, local, local.replace(/\+.*$/, '')]
  const parts = [
    ...owner.displayName.split(/[^\p{L}\p{N}]+/u),
    owner.communityName,
    owner.communityName.replace(/[^\p{L}\p{N}]+/gu, ''),
  ]
  const words = [
    ...names.filter((name) => [...name].length >= shortestPersonalName),
    ...parts.filter((part) => [...part].length >= shortestPersonalPart),
  ]
  return [...new Set(words.map(fold))]
}

function judgeShape(password: string): PasswordFailure | undefined {
  // No character has fewer bytes than UTF-16 units, so an enormous text costs nothing here (T25).
  if (password.length > longestPasswordBytes) return 'password_too_long'
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(password) || !password.isWellFormed()) {
    return 'password_unprintable'
  }
  if ([...password].length < shortestPassword) return 'password_too_short'
  if (new TextEncoder().encode(password).length > longestPasswordBytes) return 'password_too_long'
  return classes.every((one) => one.test(password)) ? undefined : 'password_too_simple'
}

function isPersonal(password: string, personal: readonly string[]): boolean {
  const folded = fold(password)
  return personal.some((word) => folded.includes(fold(word)))
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
