import { judgePassword, toPersonalWords } from '../passwords/rules.ts'
import type { Random, Site } from '../ports.ts'

// Without letters and digits that people mix up; 32 of each kind, so that a byte picks one evenly.
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const groups = 4
const groupLength = 5

/**
 * A random password of 20 characters in groups (120 bits), good under every rule for one that a person chooses, also
 * the host's: it never begins with a hyphen (T02).
 */
export async function generatePassword(
  uses: { readonly random: Random; readonly site: Pick<Site, 'communityName'> },
  username: string,
): Promise<string> {
  const { communityName } = uses.site
  const owner = { username, displayName: username, address: null, communityName }
  const personal = toPersonalWords(owner)
  // A text that is as long and as random is part of no list of passwords that people use.
  const commonPasswords = { contains: async () => false }
  for (;;) {
    const password = draw(uses.random)
    const broken = await judgePassword(password, { commonPasswords, personal })
    if (broken === undefined) return password
  }
}

function draw(random: Random): string {
  const letters = [...random.bytes(groups * groupLength)].map((byte) => alphabet[byte % 64])
  const parts = Array.from({ length: groups }, (_, at) =>
    letters.slice(at * groupLength, (at + 1) * groupLength).join(''),
  )
  return parts.join('-')
}
