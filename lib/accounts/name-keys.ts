/** The key under which a username or display name is unique: the host compares without case (yunohost.md 18). */
export function toNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/ {2,}/g, ' ').trim()
}

/** The key under which a mail address belongs to one account: ASCII by its schema, so lower-casing folds nothing else. */
export function toAddressKey(value: string): string {
  return value.toLowerCase()
}
