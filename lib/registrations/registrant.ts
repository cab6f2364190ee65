/** Who has opened a registration, by which credential. */
export type Registrant =
  /** `via` mail: the token came to the address, so whoever brings it reads mail there. */
  | { readonly role: 'asker'; readonly via: 'answer' | 'mail' }
  | { readonly role: 'manager'; readonly name: string }
  | { readonly role: 'staff'; readonly name: string }
