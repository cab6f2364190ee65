/** What an account says of who asked for it, where that was a registration. */
export function madeFor(rid: string): string {
  return `registration:${rid}`
}
