/**
 * One client by its address: IPv6 by its /64, because one client usually has all of it (design.md), and whoever changes
 * address within it daily (RFC 8981) stays the same one; IPv4 also where it comes in IPv6 (RFC 4291, 2.5.5.2). What is
 * no address is a client as it is.
 */
export function clientKey(address: string): string {
  const url = `http://[${address.includes(':') ? address : `::ffff:${address}`}]`
  if (!URL.canParse(url)) return address
  const groups = groupsOf(new URL(url))
  const isIPv4 = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
  return (isIPv4 ? groups.slice(6) : groups.slice(0, 4)).join(':')
}

/** The /48 of an IPv6 address: what one site has, and what can be had for nothing. Undefined for any other address. */
export function siteKey(address: string): string | undefined {
  const groups = clientKey(address).split(':')
  return groups[3] && groups.slice(0, 3).join(':')
}

// An address in a URL has one spelling (RFC 5952, 4).
function groupsOf({ hostname }: URL): readonly string[] {
  return wordsOf(hostname.replace('::', `:${'0:'.repeat(8 - wordsOf(hostname).length)}`))
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\w+/g) ?? []
}
