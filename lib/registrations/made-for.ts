const mark = 'registration:'

/** What an account says of who asked for it, where that was a registration. */
export function madeFor(rid: string): string {
  return mark + rid
}

/** The registration that an account was made for, if there was one. */
export function registrationOf(account: { readonly createdBy: string } | undefined) {
  return account?.createdBy.startsWith(mark) ? account.createdBy.slice(mark.length) : undefined
}
