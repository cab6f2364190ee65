/** One who may open a registration. */
export interface Key {
  readonly rid: string
  readonly token: string
}

/** The header of a Basic credential (RFC 7617). */
export function basic({ rid, token }: Key): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${rid}:${token}`).toString('base64')}` }
}

/** The key in a mail: its link's fragment. */
export function keyIn(mail: { readonly text: string }): Key | undefined {
  const link = /\/registrations\/(?:status|decide)#([\w-]{22})\.([\w-]{43})/
  const [, rid, token] = link.exec(mail.text) ?? []
  return rid && token ? { rid, token } : undefined
}
