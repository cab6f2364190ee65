import type { NamesSeen } from '../yunohost/gate.ts'
import { toNameKey } from './name-keys.ts'
import { looksReserved, toReservedKeys } from './reserved-names.ts'

/** Names that are in use on the host by others than our accounts, as they were at one time (design.md 13). */
export interface HostNames {
  readonly takenAt: Date
  /** Keys (`toReservedKeys`) of groups, permissions, their aliases, apps and accounts of the system. */
  readonly reserved: readonly string[]
  /** Ids of apps, without the number of an instance. */
  readonly apps: readonly string[]
  /** Usernames of people that no account is for. */
  readonly usernames: readonly string[]
  /** Aliases, and full names that we do not know otherwise: only a username collides with them. */
  readonly otherNames: readonly string[]
}

/**
 * The copy to keep of what a read showed. `known` has the display names of our accounts by username: those
 * are left out, because the accounts themselves say who may have them, and free them when they are over.
 */
export function toHostNames(
  seen: NamesSeen,
  known: ReadonlyMap<string, string>,
  takenAt: Date,
): HostNames {
  const foreign = seen.people.filter(({ username }) => !known.has(username))
  const others = seen.people.flatMap(({ username, full_names, aliases }) => [
    ...aliases,
    ...full_names.filter((name) => name !== known.get(username)),
  ])
  const apps = unique(seen.apps.map((id) => id.replace(/__\d+$/, '')))
  return {
    takenAt,
    reserved: [...toReservedKeys([...seen.reserved, ...seen.apps, ...apps])],
    apps,
    usernames: unique(foreign.map(({ username }) => username)),
    otherNames: unique(others),
  }
}

/** Whether the host would refuse this username, or an app of the host would (yunohost.md 18). */
export function isUsernameOfHost(names: HostNames, username: string): boolean {
  return (
    names.usernames.includes(username) ||
    names.otherNames.includes(username) ||
    looksReserved(username, new Set(names.reserved)) ||
    names.apps.some((id) => beginsWithApp(username, id))
  )
}

/** Whether others would take this display name for something of the host, or for somebody there; never one's own username. */
export function isDisplayNameOfHost(
  names: HostNames,
  displayName: string,
  username: string,
): boolean {
  const key = toNameKey(displayName)
  if (key === username) return false
  return names.usernames.includes(key) || looksReserved(displayName, new Set(names.reserved))
}

// `wiki.admin` and `wiki2` may become names of the app; `wikinger` never does.
function beginsWithApp(username: string, id: string): boolean {
  return username.startsWith(id) && /^[^a-z]/.test(username.slice(id.length))
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== '')
}
