/** How many characters of each kind the host wants in a password; the kinds are ASCII's (yunohost.md 13.1). */
export interface HostStrength {
  readonly length: number
  readonly digits: number
  readonly lowers: number
  readonly uppers: number
  readonly others: number
}

/** What the host demands of passwords, as it was at the last `host:install` or `host:check` (design.md 6). */
export interface HostFacts {
  readonly takenAt: Date
  /** Release of YunoHost. */
  readonly version: string
  /** `security.password.user_strength`; below 1 the host judges nothing. */
  readonly level: number
  readonly strength: HostStrength
  /** SHA-256 of the host's list of most used passwords, in hex; null where it has none. */
  readonly listDigest: string | null
  /** Entries of that list that our own lacks, one a line. */
  readonly listedBesides: string
}

/** True when the host would take this password, as far as its strength level goes. */
export function isStrongFor({ strength }: Pick<HostFacts, 'strength'>, password: string): boolean {
  const count = (kind: RegExp) => password.match(kind)?.length ?? 0
  return (
    [...password].length >= strength.length &&
    count(/[0-9]/g) >= strength.digits &&
    count(/[a-z]/g) >= strength.lowers &&
    count(/[A-Z]/g) >= strength.uppers &&
    count(/[^A-Za-z0-9]/gu) >= strength.others
  )
}

/** True when the host's own list has this password, also as a part of an entry; our list is asked elsewhere. */
export function isListedBy({ listedBesides }: HostFacts, password: string): boolean {
  return listedBesides.includes(password)
}
